"""The written part of the project, and the program that prints two pages of it from the code."""
