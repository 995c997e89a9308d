@journey:digital_download
Feature: Buying a digital download
  I pay, and what I bought is mine at once: on the page, and by email in case the page is gone.

  Background:
    Given the e-book "Promises Kept" costs 19.00 EUR

  Scenario: Buying an e-book by card
    Given Ada opens the page of the e-book
    When she follows "Buy"
    And she fills in the form
    And she presses "Continue to payment"
    And she pays 19.00 EUR by card
    Then she sees "Thank you, Ada"
    And she notes the order number
    And she is promised a download link on the page within 3 seconds
      | says | Promises Kept |
      | link | Download            |
    And she is promised a download link by email within 1 minute
      | calls | her by name                           |
      | says  | Promises Kept, the order number |
      | link  | Download your e-book                  |
    And she is promised a receipt by email within 2 minutes of paying
      | amount   | 19.00 EUR                |
      | attached | a PDF that says the same |
    When she downloads "Download"
    Then she is promised the e-book as a download within 1 minute
      | says | Promises Kept |
    And she opens it
    And her card was charged what she was told

  Scenario: Paying with Demo Wallet
    Given Ben is about to pay 19.00 EUR for the e-book
    When he approves the payment at Demo Wallet
    Then he sees "Thank you, Ben"
    And he is promised exactly one payment notice by email within 1 minute of paying
      | amount | 19.00 EUR          |
      | from   | Demo Wallet        |
      | says   | Systems Day Office |
    And he is promised a download link on the page within 3 seconds
      | link | Download |
    And he is promised a download link by email within 1 minute
      | says | Promises Kept  |
      | link | Download your e-book |
    And he is promised a receipt by email within 2 minutes of paying
      | amount | 19.00 EUR |

  Scenario: Changing her mind at Demo Wallet
    Given Cleo is about to pay 19.00 EUR for the e-book
    When she cancels the payment of 19.00 EUR at Demo Wallet
    Then she is promised no download link, no payment notice and no receipt by email
    And she is told that nothing was taken, and what to do next

  Scenario: The link in the mail works once
    Given Ada has paid for the e-book
    And she is promised a receipt by email within 2 minutes
    And she receives a download link by email within 1 minute
    And her mail program looks at the link before she does
    When she follows "Download your e-book" in it
    Then she sees "Your download is ready, Ada"
    When she downloads "Download"
    Then she is promised the e-book as a download within 1 minute
      | says | Promises Kept |
    When she follows "Download your e-book" in it
    Then she is refused with "This link has been used"
    When she presses "Send me a new link"
    Then she is promised a new link by email within 1 minute
      | link | Download your e-book |

  @travels
  Scenario: The link in the mail expires after two days
    Given Ada has paid for the e-book
    And she is promised a receipt by email within 2 minutes
    And she receives a download link by email within 1 minute
    When 3 days have passed
    And she follows "Download your e-book" in it
    Then she is refused with "This link has expired"
    When she presses "Send me a new link"
    Then she is promised a new link by email within 1 minute
      | link | Download your e-book |
