"""Value history, forecasts of the next windows, and scores of the forecasts whose window has passed."""
