@journey:event_waiting_list
Feature: A waiting list for a sold-out event
  Every seat is taken. I put my name down; when somebody gives a seat back I am asked, in my turn, and have time to answer.

  Background:
    Given the event "Systems Supper" takes place in 6 days at 19:00 in Europe/Berlin and costs 80.00 EUR
    And it has one seat, which Ben has booked
    And Ben is promised a confirmation and a receipt by email within 2 minutes

  Scenario: A seat becomes free, and she takes it
    Given Ada opens the page of the event
    And she sees "Sold out"
    When she follows "Join the waiting list"
    And she fills in the form
    And she presses "Put me on the list"
    Then she sees "You are number 1 in line"
    When Ben gives his seat back
    Then he is promised a cancellation and a refund notice by email within 2 minutes of giving back
    And Ada is promised a free seat by text message within 1 minute of giving back
      | says | Systems Supper |
    And she receives an offer by email within 20 seconds
      | calls | her by name                                                              |
      | says  | Systems Supper, the date of the event, the place of the event, 80.00 EUR |
      | link  | Take the seat                                                            |
    When she follows "Take the seat" in it
    And she fills in the form
    And she presses "Continue to payment"
    And she pays 80.00 EUR by card
    Then she sees "You are booked"
    And she is promised a confirmation and a receipt by email within 2 minutes of paying
    And she is promised a reminder by email on the day before the event

  Scenario: She does not answer, and the next in line is asked
    Given Ada has put her name on the waiting list
    And Cleo has put her name on the waiting list
    When Ben gives his seat back
    Then he is promised a cancellation and a refund notice by email within 2 minutes of giving back
    And Ada is promised a free seat by text message within 1 minute of giving back
    And she is promised an offer by email within 1 minute of giving back
    And Cleo is promised a free seat by text message 6 hours after giving back
    And Cleo is promised an offer by email 6 hours after giving back
      | link | Take the seat |
