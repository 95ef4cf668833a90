"""The channels by which people are told: mail by SMTP, a webhook, an SMS gateway by HTTP."""
