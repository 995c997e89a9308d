@journey:event_moving
Feature: The event moves to another date
  Plans change. I hear of it at once, my calendar follows, and I am reminded of the day that counts.

  Background:
    Given the event "Systems Evening" takes place in 4 days at 18:00 in Europe/Berlin and costs 80.00 EUR
    And Ada has booked a seat at the event
    And she is promised a confirmation and a receipt by email within 2 minutes

  Scenario: The event moves by some days
    When the organiser moves the event to 9 days from now at 19:30
    Then she is promised a notice of the new date by email within 1 minute
      | calls    | her by name                                                               |
      | says     | Systems Evening, the new date of the event, the old date of the event, the place of the event |
      | attached | a calendar entry for the event                                            |
      | link     | Your booking                                                              |
    And she is promised a reminder by email on the day before the event
      | says | the new date of the event, the place of the event |
    And her booking is for the new date
