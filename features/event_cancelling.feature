@journey:event_cancelling
Feature: Cancelling a booking
  Something comes up. I give my seat back, get my money back, and am left in peace about the event.

  Background:
    Given the event "Systems Day" takes place in 4 days at 18:00 in Europe/Berlin and costs 120.00 EUR

  Scenario: She gives her seat back
    Given Ada has booked a seat at the event
    And she is promised a receipt by email within 2 minutes
    And she is promised a reminder by email on the day before the event
    And the organiser is promised a booking notice by webhook within 1 minute
      | says | Systems Day |
    When she receives a confirmation by email within 20 seconds
    And she follows "Your booking" in it
    And she follows "Cancel my booking"
    And she cancels her booking
    Then she sees "Your booking is cancelled"
    And she is promised a cancellation by email within 1 minute of cancelling
      | calls    | her by name                           |
      | says     | Systems Day, the date of the event    |
      | attached | a calendar cancellation for the event |
    And she is promised a refund notice by email within 2 minutes of cancelling
      | says   | the order number |
      | amount | 120.00 EUR       |
    And she is promised no reminder by email after cancelling
    And the organiser is promised a cancellation notice by webhook within 1 minute of cancelling
      | says | the order number |
