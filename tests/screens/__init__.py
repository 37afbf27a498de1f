"""Every page of the portal in its states: photographed by `make screenshots`, and looked over by test_screens."""
