# Words of the console in Hindi. Each id is in en.ftl, too, with the same variables.

## The frame

skip = सामग्री पर जाएँ
navigation = स्क्रीन
menu = मेनू
find-label = पहचान से खोजें
find-hint = खोजें: कोई आईडी चिपकाएँ
sign-out = साइन आउट
behind = आपका काम सहेजा गया है, अभी दिख नहीं रहा। थोड़ी देर में फिर लोड करें।
group-watch = निगरानी
group-records = रिकॉर्ड
group-run = संचालन
group-prove = प्रमाण
group-tools = उपकरण
screen-home = मुख्य पृष्ठ
screen-dead-letters = छोड़े गए संदेश
screen-replays = पुनः प्रयास
screen-desk = पंजीकरण डेस्क
screen-visits = विज़िट
screen-consents = सहमतियाँ
screen-transfers = हस्तांतरण
screen-facilities = स्वास्थ्य केंद्र
screen-visit-jobs = लाने के लिए विज़िट
screen-projections = लॉग के पाठक
screen-log = लॉग
screen-tools = उपकरण
screen-settings = सेटिंग
refusal-title = नहीं हुआ
to-home = मुख्य पृष्ठ पर
open = खोलें
filter = छाँटें
all-facilities = सभी केंद्र
all-states = सभी स्थितियाँ
filtered-empty = इस छँटाई में कुछ नहीं मिला।
show-all = सब दिखाएँ
older = पुराने
newer = नए
save = सहेजें

## Sign in

sign-in = साइन इन
sign-in-title = साइन इन
sign-in-lead = अपनी कुंजी से साइन इन करें।
sign-in-key = कुंजी
sign-in-help = यह सेवा चलाने वाला व्यक्ति आपको कुंजी देता है। इसे किसी को न दें।
sign-in-wrong-key = यह कुंजी मान्य नहीं है। देखें कि पूरी कुंजी कॉपी हुई है।
sign-in-too-often = बहुत बार ग़लत कुंजी। एक मिनट रुकें।
sign-in-of-a-system = यह कुंजी किसी सॉफ़्टवेयर की है, व्यक्ति की नहीं। अपनी कुंजी माँगें।
sign-in-needs-https = यह पृष्ठ https से खोलें। बिना https के यह केवल उसी मशीन पर चलता है।

## Home

needs-nothing = अभी कुछ करने की ज़रूरत नहीं है।
needs-you = { $n ->
    [one] एक काम बाक़ी है।
   *[other] { $n } काम बाक़ी हैं।
}
need-halted = { $n ->
    [one] लॉग का एक पाठक रुक गया है।
   *[other] लॉग के { $n } पाठक रुक गए हैं।
}
need-parked = { $n ->
    [one] एक घटना अलग रखी गई है।
   *[other] { $n } घटनाएँ अलग रखी गई हैं।
}
need-deadline = { $n ->
    [one] एक कारण की समय-सीमा पास है।
   *[other] { $n } कारणों की समय-सीमा पास है।
}
need-dead = { $n ->
    [one] एक संदेश छोड़ा गया है।
   *[other] { $n } संदेश छोड़े गए हैं।
}
need-jobs = { $n ->
    [one] एक विज़िट नहीं लाई जा सकी।
   *[other] { $n } विज़िट नहीं लाई जा सकीं।
}
need-lag = { $n ->
    [one] लॉग का एक पाठक पीछे है।
   *[other] लॉग के { $n } पाठक पीछे हैं।
}
start-title = यहाँ से शुरू करें
start-lead = अभी कोई विज़िट नहीं है। रोगी को रिकॉर्ड दिखने तक ये क़दम हैं।
start-doctor = देखें कि कुछ छूटा तो नहीं:
start-push = पहली विज़िट भेजें:
start-link = विज़िट रोगी के ABHA से अपने-आप जुड़ती है। न जुड़े तो कारण उसके पृष्ठ पर है।
start-see = रोगी सहमति देता है और रिकॉर्ड भेजा जाता है। हस्तांतरण का पृष्ठ हर पन्ना दिखाता है।
last-day = पिछले 24 घंटे
figure-visits = विज़िट
figure-linked = { $n ->
    [one] { $n } जुड़ी
   *[other] { $n } जुड़ीं
}
figure-consents = सहमतियाँ
figure-granted = दी गईं
figure-transfers = हस्तांतरण
figure-delivered = { $n ->
    [one] { $n } पहुँचा
   *[other] { $n } पहुँचे
}
figure-failed = विफल
figure-messages = संदेश
figure-refused = { $n ->
    [one] { $n } अस्वीकृत
   *[other] { $n } अस्वीकृत
}
log-state = लॉग
log-head = सबसे नया स्थान
log-lag = सबसे धीमा पाठक पीछे है
log-no-lag = नहीं

## Dead letters

dead-lead = वे संदेश जिन्हें सेवा ने छोड़ दिया, कारण के अनुसार। पहले कारण ठीक करें, फिर दोबारा भेजें।
dead-none = कुछ भी छोड़ा नहीं गया।
what-to-do = क्या करें:
cause = कारण
count = संख्या
oldest = सबसे पुराना
newest = सबसे नया
deadline = अगली समय-सीमा
overdue = देर हो चुकी
code = कोड
field = फ़ील्ड
replayed-before = { $n ->
    [one] { $n } पहले दोहराया गया
   *[other] { $n } पहले दोहराए गए
}
replay-all = { $n ->
    [one] दोहराएँ…
   *[other] सभी { $n } दोहराएँ…
}

## Replays

replays-lead = एक आदेश विफल संदेशों को पीछे से दोहराता है।
replays-none = कोई पुनः प्रयास नहीं किया गया।
replays-stopped = सभी पुनः प्रयास रुके हैं।
replays-allow = फिर से चलने दें
replays-stop = सभी पुनः प्रयास रोकें
replays-stop-sure = सभी पुनः प्रयास रोकें, आने वाले भी?
replay-new = पुनः प्रयास का आदेश
replay-title = पुनः प्रयास
time = समय
state = स्थिति
progress = प्रगति
policy = क्या भेजा जाए
by = किसने
why = क्यों
ordered-at = आदेश का समय
rate = प्रति सेकंड
calls-again = दोबारा भेजे गए
resume = जारी रखें
pause = रोकें
cancel = रद्द करें
cancel-sure = यह पुनः प्रयास रद्द करें? चल रहे काम पूरे होंगे।
items = काम
number = क्रम
message = संदेश
replay-scope = क्या दोहराया जाए
replay-scope-hint = जो भरे हुए हर फ़ील्ड से मेल खाए। खाली फ़ील्ड का असर नहीं।
direction = दिशा
kind = प्रकार
request-id = अनुरोध आईडी
facility = केंद्र
from = से
until = तक
replay-leave = क्या भेजा जाए
policy-projections = कुछ नहीं: केवल दिखने वाला डेटा बदले
policy-safe = सुरक्षित: जो नहीं गए, खो गए या अस्वीकृत हुए
policy-all = सब कुछ: दूसरे पक्ष को नई आईडी से दूसरा उत्तर मिलेगा
replay-rehearse = दिखाएँ क्या होगा
replay-would = { $n ->
    [one] एक संदेश दोहराया जाएगा
   *[other] { $n } संदेश दोहराए जाएँगे; ये पहले हैं
}
replay-would-nothing = कुछ मेल नहीं खाता। ऊपर के फ़ील्ड बदलें।
differences = { $n ->
    [one] पहले से एक अंतर
   *[other] पहले से { $n } अंतर
}
replay-order = आदेश दें
replay-type-number = { $n ->
    [one] आगे बढ़ने के लिए { $n } लिखें
   *[other] आगे बढ़ने के लिए { $n } लिखें
}
replay-give = आदेश दें
replay-wrong-number = लिखी संख्या संदेशों की संख्या नहीं है। कोई आदेश नहीं दिया गया।
wrong-time = समय पढ़ा नहीं जा सका।
wrong-request-id = अनुरोध आईडी पढ़ी नहीं जा सकी।
wrong-reason = कारण में अधिकतम 200 अक्षर हों और किसी का नाम न हो: न @, न 8 से ज़्यादा अंक।
wrong-rate = दर 1 से 1000 तक की पूर्ण संख्या हो।

## Desk

desk-address = रोगी का ABHA पता
desk-look-up = खोजें
desk-hint = रोगी का ABHA पता लिखें। आप देखेंगे कि कौन-सी विज़िट जुड़ी हैं और बाक़ी क्यों नहीं।
desk-nobody = यहाँ यह पता किसी का नहीं है। वर्तनी जाँचें, या पहले रोगी का पंजीकरण करें।
desk-visits = { $n ->
    [one] एक विज़िट
   *[other] { $n } विज़िट
}
desk-visit-of = विज़िट
desk-linked = रोगी यह विज़िट अपने ऐप में देख सकता है।
desk-requested = अनुरोध भेजा गया है। कुछ सेकंड लगेंगे।
desk-asked = जोड़ने का अनुरोध हुआ है। यह पृष्ठ अपने-आप बदलेगा।
desk-unlinked = यह विज़िट अभी जुड़ी नहीं है।
desk-retry = अपने-आप फिर कोशिश होगी
desk-held = अगला अनुरोध इस समय हो सकेगा
desk-link = जोड़ें
desk-code-other = नेटवर्क ने जोड़ने से मना किया। कार्यालय से पूछें।
desk-code-ABDM-1207 = नाम, लिंग या जन्म वर्ष ABHA से अलग है। ABHA कार्ड से मिलाएँ, रिकॉर्ड सुधारें और फिर जोड़ें।
desk-code-ABDM-1038 = नाम, लिंग या जन्म वर्ष ABHA से अलग है। ABHA कार्ड से मिलाएँ, रिकॉर्ड सुधारें और फिर जोड़ें।
desk-code-ABDM-1062 = ABHA पता और ABHA संख्या दो अलग लोगों के हैं। रोगी से दोनों जाँचें।
desk-code-ABDM-1407 = रोगी ने यह ABHA बंद कर दिया है। नया पता पूछें।
desk-code-ABDM-1092 = आज इस रोगी के लिए और अनुमति नहीं मिलेगी। कल फिर कोशिश करें।

## Visits

visits-none = अभी कोई विज़िट नहीं भेजी गई।
visit-title = विज़िट
visit-code = विज़िट कोड
visited = विज़िट की तारीख़
pushed = भेजी गई
link-state = जुड़ाव
documents = दस्तावेज़
revision = { $n ->
    [one] संस्करण { $n }
   *[other] संस्करण { $n }
}
next-try = अगली कोशिश
link-now = फिर जोड़ें
why-not-seen = रोगी को यह क्यों नहीं दिखता?
how-it-gets-there = यह रोगी के ऐप तक कैसे पहुँचता है
documents-none = इस विज़िट में कोई दस्तावेज़ नहीं है।
documents-by-api = दस्तावेज़ उसकी आईडी से पढ़ा जाता है: GET /fhir/Bundle/(id)। हर बार दर्ज होता है।
warnings = चेतावनियाँ
step-visit = विज़िट
step-documents = दस्तावेज़
step-token = टोकन
step-linked = जुड़ाव
step-consent = सहमति
step-request = अनुरोध
step-accepted = उत्तर
step-pages = पन्ने
step-encrypted = कूटलेखन
step-pushed = भेजना
step-notified = सूचना

## Consents

consents-none = अभी कोई सहमति नहीं आई।
consent-title = सहमति
consent-past = इसका समय पूरा हो गया: अब इससे कोई रिकॉर्ड नहीं भेजा जाता।
granted-at = दी गई
hiu = किसने माँगा (HIU)
hi-types = रिकॉर्ड के प्रकार
erase-at = मान्य जब तक
id = आईडी
visits-from = विज़िट कब से
visits-until = विज़िट कब तक
signature = हस्ताक्षर
requests-under = इस सहमति पर अनुरोध
requests-none = इस पर किसी ने रिकॉर्ड नहीं माँगा।
axis-title = इस सहमति का समय
axis-granted = दी गई
axis-request = रिकॉर्ड का अनुरोध
axis-erase = मान्यता समाप्त
axis-now = अभी

## Transfers

transfers-none = अभी कोई रिकॉर्ड नहीं माँगा गया।
transfer-title = हस्तांतरण
pages = पन्ने
pages-none = अभी कोई पन्ना नहीं बना।
pages-sent = पहुँचे पन्ने
requested-at = माँगा गया
ended-at = समाप्त
key-format = HIU की कुंजी का रूप
made-at = बना
delivered-at = पहुँचा
size = आकार
http-status = HTTP स्थिति

## Run

name = नाम
service-id = सेवा आईडी
hfr-id = रजिस्टर आईडी
fetching = विज़िट लाना
jobs-lead = वे विज़िट जिनकी सूचना आई है और जो लाई जाती हैं।
jobs-none = लाने के लिए कोई विज़िट नहीं है।
attempts = कोशिशें
projections-lead = हर पाठक लॉग पढ़कर यह डेटा भरता है। पीछे होने का अर्थ: दिख रहा डेटा उतना पुराना है।
position = स्थान
lag = पीछे
parked = अलग रखे
log-lead = हर घटना, क्रम से। यहाँ कुछ भी बदला नहीं जाता।
log-none = लॉग खाली है।
stream = धारा
event-type = घटना का प्रकार
after-position = स्थान के बाद
content = सामग्री
clear-part = खुला भाग
sealed-part = बंद भाग

## Settings and tools

settings-shown = पृष्ठ कैसे दिखें
settings-language = भाषा
settings-zone = समय क्षेत्र
settings-theme = रंग
theme-system = सिस्टम जैसा
theme-light = हल्का
theme-dark = गहरा
settings-session = यह सत्र
settings-client = साइन इन
settings-roles = भूमिकाएँ
settings-facilities = केंद्र
settings-ends = अधिकतम समाप्ति
settings-version = संस्करण
settings-shortcuts = कुंजियाँ
shortcut-find = खोजें
tools-lead = यहाँ लिखा कुछ भी सहेजा नहीं जाता।
tool-error = त्रुटि कोड का अर्थ क्या है?
tool-look-up = देखें
tool-no-code = यह कोड सूची में नहीं है।
tool-key = क्या HIU की कुंजी ठीक है?
tool-check = जाँचें
tool-key-good = मान्य
tool-key-bad = अमान्य

## States

state-linked = जुड़ी
state-requested = अनुरोध भेजा
state-unlinked = नहीं जुड़ी
state-granted = दी गई
state-revoked = वापस ली गई
state-expired = समाप्त
state-denied = मना की गई
state-withdrawn = हटाई गई
state-refused = अस्वीकृत
state-sending = भेजा जा रहा है
state-transferred = पहुँचा
state-failed = विफल
state-rejected = अस्वीकृत
state-stuck = अटका
state-received = मिला
state-interpreted = समझा गया
state-running = चल रहा
state-paused = रुका
state-cancelled = रद्द
state-completed = पूरा
state-skipped = छोड़ा
state-due = बाक़ी
state-done = हो गया
state-dead = छोड़ा गया
state-live = चालू
state-building = बन रहा
state-halted = रुका हुआ
state-holds = ठीक
state-waits = प्रतीक्षा
state-broken = यहाँ रुका
state-built = बना
state-pushed = पहुँचा
state-suppressed = नहीं भेजा
state-unsigned = हस्ताक्षर नहीं
state-signed-unverified = हस्ताक्षरित, अप्रमाणित
state-verified = प्रमाणित
state-projections = कुछ नहीं
state-safe = जो सुरक्षित है
state-all = सब
state-callback = गेटवे से संदेश
state-call = हमारा संदेश
state-emr = रिकॉर्ड प्रणाली
state-operator = संचालक
state-auditor = लेखा परीक्षक
state-desk = डेस्क
state-discover = खोज
state-link_init = विज़िट का चुनाव
state-link_confirm = ओटीपी
state-consent_notify = सहमति सूचना
state-health_information_request = रिकॉर्ड का अनुरोध
state-on_generate_token = टोकन उत्तर
state-on_care_context = जुड़ाव का उत्तर
state-context_on_notify = सूचना का उत्तर
state-sms_on_notify = एसएमएस का उत्तर
state-patient_share = साझा प्रोफ़ाइल
state-patient_status = रोगी की स्थिति
state-generate_token = टोकन अनुरोध
state-link_care_context = जुड़ाव अनुरोध
state-on_discover = खोज का उत्तर
state-consent_on_notify = सहमति का उत्तर
state-on_request = अनुरोध का उत्तर
state-push_page = HIU को पन्ना
state-notify_transfer = हस्तांतरण की सूचना
state-context_notify = विज़िट की सूचना
state-sms_notify = एसएमएस
state-on_init = चुनाव का उत्तर
state-on_confirm = ओटीपी का उत्तर
state-on_share = प्रोफ़ाइल का उत्तर
