# Words of the console in English. Each id is in hi.ftl, too, with the same variables.

## The frame

skip = Skip to the content
navigation = Screens
menu = Menu
find-label = Find by an id
find-hint = Find: paste an id
sign-out = Sign out
behind = What you did is stored, and not shown yet. Reload in a moment.
group-watch = Watch
group-records = Records
group-run = Run
group-prove = Prove
group-tools = Tools
screen-home = Home
screen-dead-letters = Given up
screen-replays = Replays
screen-desk = Desk
screen-visits = Visits
screen-consents = Consents
screen-transfers = Transfers
screen-facilities = Facilities
screen-visit-jobs = Visits to fetch
screen-projections = Readers of the log
screen-log = Log
screen-tools = Tools
screen-settings = Settings
refusal-title = Not done
to-home = To the start page
open = Open
filter = Filter
all-facilities = All facilities
all-states = All states
filtered-empty = Nothing fits this filter.
show-all = Show all
older = Older
newer = Newer
save = Save

## Sign in

sign-in = Sign in
sign-in-title = Sign in
sign-in-lead = Sign in with your own key.
sign-in-key = Key
sign-in-help = The person who runs this service gives you a key. Never share it.
sign-in-wrong-key = This key is not known. Check that you copied all of it.
sign-in-too-often = Too many wrong keys. Wait a minute.
sign-in-of-a-system = This key belongs to a record system, not to a person. Ask for a key of your own.
sign-in-needs-https = Open this page over https. Plain http works only on the machine itself.

## Home

needs-nothing = Nothing needs you.
needs-you = { $n ->
    [one] One thing needs you.
   *[other] { $n } things need you.
}
need-halted = { $n ->
    [one] One reader of the log has stopped.
   *[other] { $n } readers of the log have stopped.
}
need-parked = { $n ->
    [one] One event was put aside.
   *[other] { $n } events were put aside.
}
need-deadline = { $n ->
    [one] One cause has a deadline of the network.
   *[other] { $n } causes have a deadline of the network.
}
need-dead = { $n ->
    [one] One message was given up.
   *[other] { $n } messages were given up.
}
need-jobs = { $n ->
    [one] One visit could not be fetched.
   *[other] { $n } visits could not be fetched.
}
need-lag = { $n ->
    [one] One reader of the log is behind.
   *[other] { $n } readers of the log are behind.
}
start-title = Start here
start-lead = There is no visit yet. These are the steps until a patient sees a record.
start-doctor = Check that nothing is missing:
start-push = Push the first visit:
start-link = The visit is linked to the patient’s ABHA by itself. Its page says why, if it is not.
start-see = The patient gives a consent, and the record is sent. The transfer’s page shows each page of it.
last-day = The last 24 hours
figure-visits = visits
figure-linked = { $n ->
    [one] { $n } linked
   *[other] { $n } linked
}
figure-consents = consents
figure-granted = granted
figure-transfers = transfers
figure-delivered = { $n ->
    [one] { $n } delivered
   *[other] { $n } delivered
}
figure-failed = failed
figure-messages = messages
figure-refused = { $n ->
    [one] { $n } refused
   *[other] { $n } refused
}
log-state = The log
log-head = Newest position
log-lag = Slowest reader is behind by
log-no-lag = nothing

## Dead letters

dead-lead = Messages and calls that the service gave up, by cause. Correct the cause first, then replay.
dead-none = Nothing was given up.
what-to-do = What to do:
cause = Cause
count = Number
oldest = Oldest
newest = Newest
deadline = Next deadline
overdue = Too late
code = Code
field = Field
replayed-before = { $n ->
    [one] { $n } was replayed before
   *[other] { $n } were replayed before
}
replay-all = { $n ->
    [one] Replay it…
   *[other] Replay all { $n }…
}

## Replays

replays-lead = An order replays failed messages and calls in the background.
replays-none = No replay was ordered.
replays-stopped = All replays are stopped.
replays-allow = Allow replays again
replays-stop = Stop all replays
replays-stop-sure = Stop all replays, also later ones?
replay-new = Order a replay
replay-title = Replay
time = Time
state = State
progress = Progress
policy = What may leave
by = By
why = Why
ordered-at = Ordered
rate = Items a second
calls-again = Calls sent again
resume = Resume
pause = Pause
cancel = Cancel
cancel-sure = Cancel this replay? Items that are running finish.
items = Items
number = Number
message = Message
replay-scope = What is replayed
replay-scope-hint = All that fit every field that is filled in. Empty fields do not matter.
direction = Direction
kind = Kind
request-id = Request id
facility = Facility
from = From
until = Until
replay-leave = What may leave
policy-projections = Nothing: only the read models change
policy-safe = What is safe: calls that were never sent, may be lost, or were refused
policy-all = All: the other side gets a second answer under a new id
replay-rehearse = Show what it would do
replay-would = { $n ->
    [one] It would replay one message
   *[other] It would replay { $n } messages; these are the first
}
replay-would-nothing = Nothing fits. Widen the fields above.
differences = { $n ->
    [one] one difference to what was sent
   *[other] { $n } differences to what was sent
}
replay-order = Give the order
replay-type-number = { $n ->
    [one] Type { $n } to go on
   *[other] Type { $n } to go on
}
replay-give = Give the order
replay-wrong-number = The typed number is not the number of messages. Nothing was ordered.
wrong-time = A time is not readable.
wrong-request-id = The request id is not readable.
wrong-reason = The reason has at most 200 characters and names nobody: no @, no more than 8 digits in a row.
wrong-rate = The rate is a whole number from 1 to 1000.

## Desk

desk-address = ABHA address of the patient
desk-look-up = Look up
desk-hint = Type the ABHA address as the patient says it. You see which visits are linked, and why others are not.
desk-nobody = Nobody here has this address. Check the spelling, or register the patient first.
desk-visits = { $n ->
    [one] One visit
   *[other] { $n } visits
}
desk-visit-of = Visit of
desk-linked = The patient sees this visit in their app.
desk-requested = The network was asked. This takes some seconds.
desk-asked = A link was requested. This page follows by itself.
desk-unlinked = This visit is not linked yet.
desk-retry = It is tried again by itself at
desk-held = The network allows the next request at
desk-link = Link
desk-code-other = The network refused the link. Ask the office to look.
desk-code-ABDM-1207 = The name, the gender or the year of birth differs from the patient’s ABHA. Compare with the ABHA card, correct the record, and link again.
desk-code-ABDM-1038 = The name, the gender or the year of birth differs from the patient’s ABHA. Compare with the ABHA card, correct the record, and link again.
desk-code-ABDM-1062 = The ABHA address and the ABHA number are of two people. Check both with the patient.
desk-code-ABDM-1407 = The patient has closed this ABHA. Ask for their new address.
desk-code-ABDM-1092 = The network gives no more tokens for this patient today. Try again tomorrow.

## Visits

visits-none = No visit was pushed yet.
visit-title = Visit
visit-code = Visit code
visited = Date of the visit
pushed = Pushed
link-state = Link
documents = Documents
revision = { $n ->
    [one] revision { $n }
   *[other] revision { $n }
}
next-try = Next try
link-now = Link again
why-not-seen = Why does the patient not see it?
how-it-gets-there = How it gets to the patient’s app
documents-none = This visit has no document.
documents-by-api = A document is read by its id: GET /fhir/Bundle/(id). Each read is recorded.
warnings = Warnings
step-visit = Visit
step-documents = Documents
step-token = Token
step-linked = Link
step-consent = Consent
step-request = Request
step-accepted = Answer
step-pages = Pages
step-encrypted = Encryption
step-pushed = Sending
step-notified = Notice

## Consents

consents-none = No consent has come yet.
consent-title = Consent
consent-past = Its time is over: no record is sent under it any more.
granted-at = Granted
hiu = Asked by (HIU)
hi-types = Kinds of records
erase-at = Valid until
id = Id
visits-from = Visits from
visits-until = Visits until
signature = Signature
requests-under = Requests under this consent
requests-none = Nobody has requested records under it.
axis-title = The life of this consent
axis-granted = Granted
axis-request = Request for records
axis-erase = End of validity
axis-now = Now

## Transfers

transfers-none = No records were requested yet.
transfer-title = Transfer
pages = Pages
pages-none = No page was made yet.
pages-sent = Pages delivered
requested-at = Requested
ended-at = Ended
key-format = Key format of the HIU
made-at = Made
delivered-at = Delivered
size = Size
http-status = HTTP status

## Run

name = Name
service-id = Service id
hfr-id = Id in the register
fetching = Fetching of visits
jobs-lead = Visits that a record system has announced and that are fetched from it.
jobs-none = No visit waits to be fetched.
attempts = Attempts
projections-lead = Each reader follows the log and fills what you see. Behind means: what is shown is older by that much.
position = Position
lag = Behind
parked = Put aside
log-lead = Every event, in order. Nothing here is ever changed.
log-none = The log is empty.
stream = Stream
event-type = Event type
after-position = After position
content = Content
clear-part = Clear part
sealed-part = sealed part

## Settings and tools

settings-shown = How pages are shown
settings-language = Language
settings-zone = Time zone
settings-theme = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark
settings-session = This session
settings-client = Signed in as
settings-roles = Roles
settings-facilities = Facilities
settings-ends = Ends at the latest
settings-version = Version
settings-shortcuts = Keys
shortcut-find = Find
tools-lead = Nothing that you enter here is stored.
tool-error = What does an error code mean?
tool-look-up = Look up
tool-no-code = This code is not listed for a HIP.
tool-key = Is the key of an HIU good?
tool-check = Check
tool-key-good = accepted
tool-key-bad = refused

## States

state-linked = Linked
state-requested = Requested
state-unlinked = Not linked
state-granted = Granted
state-revoked = Revoked
state-expired = Expired
state-denied = Denied
state-withdrawn = Withdrawn
state-refused = Refused
state-sending = Sending
state-transferred = Transferred
state-failed = Failed
state-rejected = Rejected
state-stuck = Stuck
state-received = Received
state-interpreted = Interpreted
state-running = Running
state-paused = Paused
state-cancelled = Cancelled
state-completed = Completed
state-skipped = Skipped
state-due = Waiting
state-done = Done
state-dead = Given up
state-live = Live
state-building = Building
state-halted = Halted
state-holds = Done
state-waits = Waits
state-broken = Stopped here
state-built = Built
state-pushed = Delivered
state-suppressed = Not sent
state-unsigned = Not signed
state-signed-unverified = Signed, not verified
state-verified = Verified
state-projections = Nothing
state-safe = What is safe
state-all = All
state-callback = Message from the gateway
state-call = Our call
state-emr = Record system
state-operator = Operator
state-auditor = Auditor
state-desk = Desk
state-discover = Discovery
state-link_init = Choice of visits
state-link_confirm = One-time password
state-consent_notify = Consent notice
state-health_information_request = Request for records
state-on_generate_token = Link token answer
state-on_care_context = Link answer
state-context_on_notify = Answer to news
state-sms_on_notify = Answer to a text message
state-patient_share = Shared profile
state-patient_status = Patient status
state-generate_token = Link token request
state-link_care_context = Link request
state-on_discover = Answer to a discovery
state-consent_on_notify = Answer to a consent
state-on_request = Answer to a request
state-push_page = Page to an HIU
state-notify_transfer = Report of a transfer
state-context_notify = News of a visit
state-sms_notify = Text message
state-on_init = Answer to a choice
state-on_confirm = Answer to a password
state-on_share = Answer to a profile
