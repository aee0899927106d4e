"""Services as data: one TOML file each, read, checked and turned into frozen values."""
