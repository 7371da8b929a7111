"""The slips people make in YAML, named as such and pointed at, before the parser's own words."""
