"""The Pod Security Standards, as the admission plugin PodSecurity enforces them by labels."""
