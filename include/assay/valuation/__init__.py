"""What each data asset is worth: coalition games over a payoff in money, solved by the Shapley value."""
