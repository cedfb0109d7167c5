"""Mobile groups at work: referrals, departures, visits, visit acts."""
