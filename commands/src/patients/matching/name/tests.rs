use proptest::prelude::*;

use super::score;
use crate::patients::matching::Thresholds;

/// The same person, written twice.
const SAME: &[(&str, &str)] = &[
    ("Mira Kulkarni", "Meera Kulkarni"),
    ("MEERA  KULKARNI", "kulkarni, meera"),
    ("Smt. Meera Kulkarni", "Meera Kulkarnee"),
    ("Asha Patil", "Asha"),
    ("Ramesh Kumar", "R. Kumar"),
    ("R.K. Sharma", "Ramesh Kumar Sharma"),
    ("Ramesh Kr Sharma", "Ramesh Kumar Sharma"),
    ("Lakshmi Narayan", "Laxmi Narayana"),
    ("Vivek Verma", "Wivek Varma"),
    ("Pooja Gupta", "Puja Gupta"),
    ("Preeti Chaudhary", "Priti Choudhari"),
    ("Sourav Chowdhury", "Saurav Chaudhuri"),
    ("Deepak Pandey", "Dipak Pande"),
    ("Jyothi Reddy", "Jyoti Reddi"),
    ("Md. Salim", "Mohammad Saleem"),
    ("Mohd Asif Khan", "Muhammed Aasif Khan"),
    ("Asif", "Mohammad Asif"),
    ("Shaikh Fatimah", "Sheikh Fatima"),
    ("Zakir Hussain", "Jakir Husain"),
    ("Abdul Rahman", "Abdulrahman"),
    ("Ram Prakash Das", "Ramprakash Das"),
    ("Sandeep Singh", "Sundip Sing"),
    ("Devender Yadav", "Devendra Yadav"),
    ("Siddharth Bose", "Sidharth Bos"),
    ("Rameshbhai Patel", "Ramesh Patel"),
    ("Sunita Ben Shah", "Sunitaben Shah"),
    ("Shri Suresh Sharma", "Mr Suresh Sarma"),
    ("Ashok Mehta", "Ashoka Mahta"),
    ("Gyaneshwar More", "Dnyaneshwar More"),
    ("Mukhopadhyay Tapan", "Tapan Mukherjee"),
    ("Ramesh Kumar S/O Suresh Kumar", "Ramesh Kumar"),
    ("Kumari Asha Patil", "Asha Patil"),
    ("श्रीमती मीरा कुलकर्णी", "Meera Kulkarni"),
    ("डॉ. रमेश कुमार", "Ramesh Kumar"),
    ("श्री विजय सिंह", "Vijay Singh"),
    ("लक्ष्मी देवी", "Laxmi Devi"),
    ("मो. सलीम", "Mohd. Salim"),
    ("मोहम्मद ज़ाकिर", "Mohammed Zakir"),
    ("সুব্রত ঘোষ", "Subrata Ghosh"),
    ("বিবেক যাদব", "Vivek Yadav"),
    ("ரமேஷ் குமார்", "Ramesh Kumar"),
    ("தினேஷ்", "Dinesh"),
    ("వెంకటేశ్వర రావు", "Venkateshwara Rao"),
    ("ಲಕ್ಷ್ಮೀ ಗೌಡ", "Lakshmi Gowda"),
    ("ലക്ഷ്മി നായർ", "Lakshmi Nair"),
    ("રમેશભાઈ પટેલ", "Rameshbhai Patel"),
    ("ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "Gurpreet Kaur"),
    ("ସୁବ୍ରତ ଦାସ", "Subrat Das"),
    ("محمد سلیم", "Mohammad Salim"),
    ("رمیش کمار", "Ramesh Kumar"),
    ("فاطمہ بیگم", "Fatima Begum"),
    ("रमेश कुमार", "ரமேஷ் குமார்"),
];

/// Brothers and sisters, parents and children, and others who share a telephone.
const OTHER: &[(&str, &str)] = &[
    ("Ravi Kumar", "Ramesh Kumar"),
    ("Sunita Devi", "Anita Devi"),
    ("Asha Patil", "Asha Rani Sharma"),
    ("Rajesh Kumar", "Rakesh Kumar"),
    ("Mahesh Gupta", "Mukesh Gupta"),
    ("Suresh Yadav", "Naresh Yadav"),
    ("Suresh Yadav", "Sureshi Yadav"),
    ("Ramesh Patel", "Rajesh Patel"),
    ("Anil Sharma", "Sunil Sharma"),
    ("Sunil Sharma", "Sunita Sharma"),
    ("Geeta Devi", "Seeta Devi"),
    ("Lata Rao", "Lalita Rao"),
    ("Asha Kale", "Usha Kale"),
    ("Asha Kale", "Isha Kale"),
    ("Meena Jain", "Reena Jain"),
    ("Mina Jain", "Mona Jain"),
    ("Kavita Nair", "Savita Nair"),
    ("Kavita Nair", "Kavya Nair"),
    ("Sangeeta Roy", "Sarita Roy"),
    ("Manoj Das", "Saroj Das"),
    ("Vijay Pal", "Ajay Pal"),
    ("Vijay Pal", "Sanjay Pal"),
    ("Dinesh Rao", "Ganesh Rao"),
    ("Raju Singh", "Raja Singh"),
    ("Rani Bose", "Rina Bose"),
    ("Roma Sen", "Ruma Sen"),
    ("Neha Jha", "Nisha Jha"),
    ("Deepa Shetty", "Deepak Shetty"),
    ("Vidya Joshi", "Vidhi Joshi"),
    ("Priya Menon", "Priyanka Menon"),
    ("Harpreet Kaur", "Gurpreet Kaur"),
    ("Sunita Kumar", "Sunita Kumari"),
    ("Amit Singh", "Amit Sinha"),
    ("Mohammad Ali", "Mohammad Asif"),
    ("Md Salim", "Md Kalim"),
    ("Kumar", "Ramesh Kumar"),
    ("Devi", "Sunita Devi"),
    ("Patil", "Asha Patil"),
    ("Mohammad", "Mohammad Asif"),
    ("Ramesh Kulkarni", "Ravi Ramesh Kulkarni"),
    ("S. Kumar", "Ramesh Kumar"),
    ("R K", "Ramesh Kumar"),
    ("B/O Asha Patil", "Asha Patil"),
    ("रमेश कुमार", "Rakesh Kumar"),
    ("आशा पाटील", "Usha Patil"),
    ("সুব্রত ঘোষ", "Sumit Ghosh"),
    ("ரமேஷ் குமார்", "Suresh Kumar"),
    ("محمد سلیم", "Mohammad Kalim"),
    ("", "Asha Patil"),
    ("Dr.", "Asha Patil"),
    ("12345", "67890"),
];

#[test]
fn the_same_person_is_recognised_however_they_are_written() {
    let least = Thresholds::default().name_score_min;
    assert!(SAME.len() >= 40);
    let missed: Vec<_> = SAME
        .iter()
        .map(|(one, other)| (one, other, score(one, other)))
        .filter(|(_, _, score)| *score < least)
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn somebody_else_is_not_the_patient_however_alike_the_letters_are() {
    let least = Thresholds::default().name_score_min;
    assert!(OTHER.len() >= 40);
    let taken: Vec<_> = OTHER
        .iter()
        .map(|(one, other)| (one, other, score(one, other)))
        .filter(|(_, _, score)| *score >= least)
        .collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn a_comparison_has_no_direction() {
    for (one, other) in SAME.iter().chain(OTHER) {
        assert_eq!(score(one, other), score(other, one), "{one} / {other}");
    }
}

#[test]
fn a_name_is_wholly_like_itself() {
    for (one, other) in SAME {
        assert_eq!((score(one, one), score(other, other)), (100, 100), "{one} / {other}");
    }
}

#[test]
fn a_very_long_name_costs_little() {
    let long = "Ramesh Kumar ".repeat(10_000);
    assert!(score(&long, &long) > 0);
}

proptest! {
    #[test]
    fn no_text_of_a_stranger_does_harm(one in "\\PC{0,40}", other in "[\u{900}-\u{d7f}\u{620}-\u{6ff} .a-z]{0,40}") {
        prop_assert!(score(&one, &other) <= 100);
        prop_assert!(score(&other, &other) <= 100);
    }
}
