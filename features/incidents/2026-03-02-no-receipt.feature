@journey:event_registration @incident:2026-03-02-no-receipt
Feature: Incident of 2 March 2026: no receipt
  What the customer expected: a receipt by email, soon after paying.
  What happened: the payment went through, and no receipt came. She asked twice.
  The fix: the receipt is sent from the outbox, with retries. The prevention: this feature.

  Scenario: Someone pays and gets no receipt
    Given the event "Systems Day" takes place in 4 days at 18:00 in Europe/Berlin and costs 120.00 EUR
    And Ada is about to pay 120.00 EUR for the event
    When she pays 120.00 EUR by card
    Then she is promised a receipt by email within 2 minutes of paying
      | amount | 120.00 EUR |
    And she is promised a confirmation by email within 1 minute
    And she is promised a reminder by email on the day before the event
