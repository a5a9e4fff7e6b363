"""The rules of the field, as data and plain functions: no table, no web, no clock."""
