@journey:event_registration
Feature: Booking and paying for an event
  I find an event, book a seat, and know at every moment that I am expected.

  Background:
    Given the event "Systems Day" takes place in 4 days at 18:00 in Europe/Berlin and costs 120.00 EUR

  Scenario: Booking and paying by card
    Given Ada lives in Lisbon
    And she opens the page of the event
    When she follows "Register"
    And she fills in the form
    And she presses "Continue to payment"
    And she pays 120.00 EUR by card
    Then she sees "You are booked"
    And she notes the order number
    And she is promised a confirmation by email within 1 minute
      | calls    | her by name                                              |
      | says     | Systems Day, the date of the event, the place of the event, the order number |
      | attached | a calendar entry for the event                           |
    And she is promised a receipt by email within 2 minutes of paying
      | amount   | 120.00 EUR               |
      | attached | a PDF that says the same |
    And she is promised a reminder by email on the day before the event
      | says | the date of the event, the place of the event |
      | link | Your booking                                  |
    And the organiser finds her in the attendee list with her company and dietary needs
    And her card was charged what she was told

  Scenario: The card is declined
    Given Ada is about to pay 120.00 EUR for the event
    When her card is declined
    Then she is promised no confirmation, no receipt and no reminder by email
    And she is told why, and what to do next
    And nothing of her details is lost
    And the organiser does not find her in the attendee list

  Scenario: She mistypes her address
    Given Ada opens the page of the event
    When she follows "Register"
    And she fills in the form
      | Email | ada..lovelace@example.com |
    And she presses "Continue to payment"
    Then she sees "Please give an email address"
    And nothing else of her details is lost
    When she fills in "Email" with her email
    And she presses "Continue to payment"
    Then she sees "Amount due"
    And she is promised no confirmation and no receipt by email

  Scenario Outline: Booking in her own language and time zone
    Given <customer> lives in <city>
    And she opens the page of the event
    When she follows "<register>"
    And she fills in the form
    And she presses "<continue>"
    And she pays 120.00 EUR by card
    Then she sees "<booked>"
    And she is promised a confirmation by email within 1 minute
      | calls | her by name                                                |
      | says  | Systems Day, the date of the event, the place of the event |
    And she is promised a receipt by email within 2 minutes of paying
      | amount | 120.00 EUR |
    And she is promised a reminder by email on the day before the event
      | says | the date of the event, the place of the event |

    Examples:
      | customer | city     | register | continue             | booked         |
      | Ben      | New York | Register | Continue to payment  | You are booked |
      | Cleo     | Berlin   | Anmelden | Weiter zur Bezahlung | Sie sind dabei |
