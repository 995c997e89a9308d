@journey:training_course
Feature: Booking a training course and sending people to it
  I book places for my people and name them when I know who comes. From then on each of us knows what happens next.

  Background:
    Given the course "Thinking in Systems" takes place in 6 days from 09:00 to 17:00 in Europe/Berlin and costs 595.00 EUR
    And another course, "Leading Change", takes place in 20 days

  Scenario: Booking places and naming the delegates
    Given Ada lives in Lisbon
    And the delegates are Ben, Cleo and Dan
    And Dan lives in New York
    And Ada opens the page of the course
    When she follows "Book places"
    And she fills in the form
      | places | 3 |
    And she presses "Continue to payment"
    And she pays 1785.00 EUR by card
    Then she sees "Your places are booked"
    And she notes the booking number
    And she notes the last day for names
    And she is promised a confirmation by email within 1 minute
      | calls | her by name                                                                               |
      | says  | Thinking in Systems, the date of the course, the place of the course, the booking number |
    And she is promised an invoice by email within 2 minutes of paying
      | says     | 1500.00 EUR, 285.00 EUR  |
      | amount   | 1785.00 EUR              |
      | attached | a PDF that says the same |
    And she is promised an outline by email within 1 hour of paying
      | not before | the confirmation                             |
      | says       | the last day for names, the date of the course |
    And she is promised the details by email on the day before the course
      | says | the date of the course, the hours of the course, Europe/Berlin, the place of the course |
    And she is promised no workbook by email
    When she follows "Name the delegates"
    And she names Ben, Cleo and Dan
    Then she sees "Your delegates are named"
    And the delegates are each promised an invitation by email within 1 minute
      | calls    | her by name                                                                                      |
      | says     | Thinking in Systems, the date of the course, the hours of the course, the place of the course |
      | attached | a calendar entry for the course                                                                  |
    And the delegates are each promised the details by email on the day before the course
      | says | the date of the course, the hours of the course, Europe/Berlin, the place of the course |
    And the delegates are each promised a workbook by email on the day of the course by 08:00
      | calls | her by name        |
      | link  | Open your workbook |
    And the delegates are each promised no invoice by email
    And Ada receives a request to name her delegates by email within 2 minutes
      | not before | the outline            |
      | says       | the last day for names |
      | link       | Name the delegates     |
    When she follows "Name the delegates" in it
    Then she finds Ben, Cleo and Dan as her delegates

  @travels
  Scenario: The day of the course: material for each delegate alone
    Given Ada has booked places on the course for Ben and Cleo
    And she is promised a confirmation, an invoice, an outline and a request to name her delegates by email within 2 minutes
    And Ada, Ben and Cleo are each promised the details by email on the day before the course
    And Cleo is promised a workbook by email on the day of the course by 08:00
      | link | Open your workbook |
    When it is the day of the course
    Then Cleo receives an invitation by email within 1 minute
    When she follows "Your course page" in it
    And she presses "Send me a code"
    Then she receives a code by text message within 1 minute
    And Ben receives an invitation by email within 1 minute
    When he follows "Your course page" in it
    And he presses "Send me a code"
    Then he receives a code by text message within 1 minute
    When he enters the code
    And he presses "Open my material"
    Then he sees "Further material"
    When he downloads "Download the workbook"
    Then he is promised a workbook as a PDF within 1 minute
      | says | Thinking in Systems, his name |
    And he receives a workbook by email on the day of the course by 08:00
    When he follows "Open your workbook" in it
    Then he sees "Further material"
    When Cleo opens the page that Ben is on
    And she enters the code
    And she presses "Open my material"
    Then she does not see "Further material"

  @travels
  Scenario: After the course: who attended, and two ways on
    Given Ada has booked places on the course for Ben, Cleo and Dan
    And she is promised a confirmation, an invoice, an outline and a request to name her delegates by email within 2 minutes
    And Ben, Cleo and Dan are each promised an invitation by email within 2 minutes
    And Ada, Ben, Cleo and Dan are each promised the details by email on the day before the course
    And Ben, Cleo and Dan are each promised a workbook by email on the day of the course by 08:00
    And the course takes place again in 40 days
    When it is the day after the course
    And the organiser marks that Ben and Cleo attended and Dan missed it
    Then Ada is promised a completion notice by email within 5 minutes
      | calls | her by name |
      | says  | Thinking in Systems, the word on Ben, the word on Cleo, the word on Dan |
    And she is promised an attendance list as a CSV within 5 minutes
      | says | the line on Ben, the line on Cleo, the line on Dan |
    And she receives a thank-you by email on the day after the course
      | not before | the completion notice                                   |
      | link       | More delegates on Thinking in Systems |
      | link       | Another course                        |
    When she follows "More delegates on Thinking in Systems" in it
    Then she sees "Book places on Thinking in Systems"
    When she follows "Another course" in it
    Then she sees "Book places on Leading Change"
