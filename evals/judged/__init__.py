"""What readers judged of findings in real packages: one YAML file per package, `NAME.yaml`, and what a new scan does to them.

Takes scans in JSON and the files of this folder; gives drafts to fill in and comparisons. Nothing of a scanned
package is kept beyond path and line: the reasons are ours.
"""
