// Package eta has the geometry of routes.
package eta

import "math"

// Vector is direction and length on the map, in kilometres.
type Vector struct{ East, North float64 }

const kmPerDegree = 111.32

// Between is the vector from one place to another.
func Between(lat1, lon1, lat2, lon2 float64) Vector {
	mid := (lat1 + lat2) / 2 * math.Pi / 180
	return Vector{East: (lon2 - lon1) * kmPerDegree * math.Cos(mid), North: (lat2 - lat1) * kmPerDegree}
}

// Length in kilometres.
func (v Vector) Length() float64 { return math.Hypot(v.East, v.North) }

// Similarity is the cosine of the angle between two vectors: stops in one direction go on one van.
func (v Vector) Similarity(w Vector) float64 {
	n := v.Length() * w.Length()
	if n == 0 {
		return 0
	}
	return (v.East*w.East + v.North*w.North) / n
}
