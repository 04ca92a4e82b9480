"""What tests are made with: settings, processes, HTTP."""
