"""What has been made public: signed and never changed."""
