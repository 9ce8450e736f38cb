/// A day of the proleptic Gregorian calendar. Exports print millions of dates, so it is plain arithmetic.
private struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    /// Years begin in March here, so that the leap day is the last one; 146,097 days are 400 years, 719,468 days lie between
    /// 0000-03-01 and 1970-01-01.
    init(daysSince1970: Int64) {
        let (era, day) = (daysSince1970 + 719_468).floored(by: 146_097)
        let yearOfEra = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}
