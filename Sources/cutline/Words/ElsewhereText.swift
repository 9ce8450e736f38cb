import CutlineCore
import CutlineQueue

/// What there is to say of captions that other batches have.
enum ElsewhereText {
    /// Named at most; the others are counted.
    private static let named = 3

    /// `120 of these pictures have captions for the same model, prompt and parameters in batch "pics"; go on there with --batch pics, or take
    /// them over with --reuse (they cost $0.12)`. Empty where there are none.
    ///
    /// - Parameter names: whether --batch would name the one that has them; else it means something else.
    static func line(_ elsewhere: CaptionsElsewhere, names: Bool = true) -> String {
        guard let most = elsewhere.batches.first else { return "" }
        let isOne = elsewhere.jobs == 1
        let what = "\(Words.number(elsewhere.jobs)) of these pictures \(isOne ? "has a caption" : "have captions")"
        let (it, cost) = (isOne ? "it" : "them", elsewhere.cost.map { " (\(isOne ? "it" : "they") cost \(Words.money($0)))" } ?? "")
        let goOn = names && most.isSame && most.jobs == elsewhere.jobs ? "go on there with --batch \(Words.quoted(most.batch)), or " : ""
        return
            "\(what) for the same model, prompt and parameters in \(places(elsewhere)); \(goOn)take \(it) over with --reuse\(cost)\n"
    }

    /// `took over 120 captions from batch "pics"; nothing is paid for them again`.
    static func takenOver(_ elsewhere: CaptionsElsewhere) -> String {
        guard elsewhere.jobs > 0 else { return "" }
        let them = elsewhere.jobs == 1 ? "it" : "them"
        return "took over \(Words.count(elsewhere.jobs, "caption")) from \(places(elsewhere)); nothing is paid for \(them) again\n"
    }

    /// Where all are in one batch, that alone.
    static func places(_ elsewhere: CaptionsElsewhere) -> String {
        let places = elsewhere.batches
        if let most = places.first, most.jobs == elsewhere.jobs { return "batch \(quoted(most))" }
        let list = places.prefix(named).map { "\(quoted($0)) (\(Words.number($0.jobs)))" }
        let rest = places.count > named ? " and \(Words.number(places.count - named)) more" : ""
        return "batches \(list.joined(separator: ", "))\(rest)"
    }

    private static func quoted(_ place: CaptionsElsewhere.Place) -> String { "\"\(Words.clean(place.batch))\"" }
}
