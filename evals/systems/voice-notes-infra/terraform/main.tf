resource "google_storage_bucket" "feedback" {
  name     = "notes-demo-feedback"
  location = "EU"
}

resource "google_storage_bucket_iam_member" "feedback_write" {
  bucket = google_storage_bucket.feedback.name
  role   = "roles/storage.objectAdmin"
  member = "allAuthenticatedUsers"
}

resource "google_storage_bucket" "recordings" {
  name     = "notes-demo-recordings"
  location = "EU"
}

resource "google_storage_bucket_iam_member" "recordings_read" {
  bucket = google_storage_bucket.recordings.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_storage_bucket" "backup" {
  name                        = "notes-demo-backup"
  location                    = "EU"
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true
}

resource "google_container_cluster" "main" {
  name            = "notes"
  location        = "europe-west3"
  logging_service = "none"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "0.0.0.0/0"
    }
  }
}
