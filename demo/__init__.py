"""The demo province: a hub and two district nodes with invented people. Used by `make run`,
`make demo` and the tests."""
