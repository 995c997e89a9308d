@journey:membership
Feature: Being a member
  I join, am shown round, know before money is taken, and when something goes wrong I am treated kindly.

  Scenario: Joining, and the first month
    Given Ada opens "/members"
    When she follows "Become a member"
    And she fills in the form
    And she presses "Send me the link"
    Then she receives a confirmation request by email within 1 minute
      | calls | her by name        |
      | link  | Confirm my address |
    When she follows "Confirm my address" in it
    And she presses "Yes, this is me"
    And she pays 15.00 EUR by card
    Then she sees "You are a member"
    And she notes the member number
    And she notes when her membership renews
    And she is promised a welcome by email within 5 minutes of paying
      | calls | her by name       |
      | says  | the member number |
      | link  | The members' area |
    And she is promised a receipt by email within 5 minutes of paying
      | amount   | 15.00 EUR                |
      | attached | a PDF that says the same |
    And she is promised a first letter by email within 1 day of paying
      | not before | the welcome |
    And she is promised a second letter by email 7 days after paying
      | not before | the first letter |
    And she is promised a third letter by email 14 days after paying
      | not before | the second letter |
    And she is promised a renewal notice by email 7 days before the renewal
      | amount | 15.00 EUR               |
      | says   | the date of the renewal |
      | link   | The members' area       |
    And she is promised a renewal receipt by email on the day of the renewal
      | amount   | 15.00 EUR                |
      | attached | a PDF that says the same |

  Scenario: She wants no letters
    Given Ada has just become a member
    And she receives a welcome by email within 1 minute
    When she unsubscribes with one click from the welcome
    Then she is promised no first letter, no second letter and no third letter by email after unsubscribing

  Scenario: She does not confirm
    Given Cleo lives in Berlin
    When she asks to become a member
    Then she is promised a confirmation request by email within 1 minute
      | calls | her by name        |
      | link  | Adresse bestätigen |
    And she is promised no more mail after asking

  Scenario: Signing in, with an authenticator app
    Given Ada has been a member for 14 days
    And she is signed in
    When she follows "Protect my account"
    And she adds the key to her authenticator app
    And she presses "Protect my account"
    Then she sees "Your account is protected"
    When she opens "/members/sign-in"
    And she fills in the form
    And she presses "Send me a link"
    Then she receives a sign-in link by email within 1 minute
    When she follows "Sign in" in it
    And she presses "Sign me in"
    Then she sees "One more step"
    When she enters the code from her authenticator app
    And she presses "Continue"
    Then she sees "Welcome back"
    When she follows "Sign in" in it
    Then she sees "This link has been used"

  Scenario: Her card fails at the renewal
    Given Ben has been a member for 14 days
    And his bank will refuse the renewal
    And he is promised a renewal notice by email 7 days before the renewal
    Then he is promised a nudge by email within 1 day of the renewal
      | calls        | him by name              |
      | amount       | 15.00 EUR                |
      | says         | the end of the grace     |
      | does not say | overdue, failure, demand |
      | link         | Change my card           |
    And he is promised a last nudge by email between 4 days and 6 days after the renewal
      | not before | the nudge            |
      | says       | the end of the grace |
      | link       | Change my card       |
    And he is promised a pause notice by email between 7 days and 8 days after the renewal
      | calls | him by name |
      | link  | Begin again |
    And he is promised no renewal receipt by email

  @travels
  Scenario: Her card fails, and she puts it right
    Given Ada has been a member for 14 days
    And she is signed in
    And her bank will refuse the renewal
    And she is promised a renewal notice by email 7 days before the renewal
    When it is 1 hour after the renewal
    Then she receives a nudge by email within 1 day of the renewal
    When it is 3 days after the renewal
    And she opens "/members/area"
    Then she sees "Welcome back"
    When she follows "Change my card" in it
    And she pays 15.00 EUR by card
    Then she sees "Your month is paid"
    And she is promised a renewal receipt by email within 5 minutes of paying
      | amount | 15.00 EUR |
    And she is promised no last nudge and no pause notice by email

  Scenario: We charge her twice
    Given Ada has been a member for 14 days
    When we charge her twice by mistake
    Then she is promised an apology by email within 1 day of the mistake
      | calls  | her by name                                          |
      | amount | 15.00 EUR                                            |
      | says   | That was our mistake, your next month is free        |

  Scenario: She signs up once more by mistake
    Given Ada has been a member for 14 days
    When she asks to become a member
    Then she is promised a kind word by email within 5 minutes
      | calls        | her by name                            |
      | says         | the member number, nothing was charged |
      | does not say | mistake, error, wrong                  |
      | link         | Sign in                                |
    And she is promised no confirmation request and no receipt by email

  Scenario: Leaving
    Given Ada has been a member for 10 days
    And she is signed in
    When she leaves
    Then she is promised a farewell on the page within 5 seconds
      | says | Goodbye, the date of the renewal |
    And she is promised a farewell by email within 5 minutes of leaving
      | calls | her by name             |
      | says  | the date of the renewal |
    And she is promised no more mail after leaving
    When she opens "/members/area"
    Then she sees "all of this is still yours"
