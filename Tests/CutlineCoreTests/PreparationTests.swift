import CutlineCore
import Testing

@Suite struct PreparationTests {
    /// Golden vectors: a change here would make every user of `fit` and `all` pay again.
    @Test(arguments: [
        (
            "claude-opus-4-7", PreparationWish(mode: .fit),
            #"{"background":"ffffff","bound":{"cells":{"most":4784,"side":28,"whole":false},"longest_side":2576},"format":"auto","mode":"fit","quality":85,"v":1}"#
        ),
        (
            "gpt-5-mini", PreparationWish(mode: .all, longestEdge: 1_024, megapixels: 0.5, quality: 70, background: "102030", form: .png),
            #"{"background":"102030","bound":{"cells":{"most":1536,"side":32,"whole":true},"longest_side":1024,"pixels":500000,"scaled_anyway":true},"#
                + #""format":"png","mode":"all","quality":70,"v":1}"#
        ),
        (
            "gpt-4o", PreparationWish(longestEdge: 512),
            #"{"background":"ffffff","bound":{"longest_side":512},"format":"auto","mode":"fit","quality":85,"v":1}"#
        ),
        (
            "gpt-4o", PreparationWish(mode: .fit),
            #"{"background":"ffffff","bound":{"longest_side":2048,"shortest_side":768},"format":"auto","mode":"fit","quality":85,"v":1}"#
        ),
    ])
    func itsCanonicalTextIs(model: String, wish: PreparationWish, text: String) {
        let preparation = wish.preparation(over: nil, of: model, detail: nil, by: ImageRules())
        #expect(preparation?.canonicalText == text)
        func preimage(_ preparation: Preparation?) -> [UInt8] {
            Fingerprint.preimage(
                provider: "p", model: "m", system: nil, prompt: "q", parameters: Parameters(), images: [.url("u")], preparation: preparation
            )
        }
        #expect(preimage(nil) == Array("9:cutline-11:p1:m0:1:q2:{}2:uu".utf8))
        #expect(preimage(preparation) == preimage(nil) + Array("\(8 + text.utf8.count):prepare:\(text)".utf8))
    }

    /// What the provider refuses is no part of how a picture looks.
    @Test func limitsOfTheProviderChangeNoJob() {
        let plain = PreparationWish(mode: .fit).preparation(over: nil, of: "gpt-4o", detail: nil, by: ImageRules())
        let strict = ImageRules(accepts: [.jpeg], maxBytes: 9, maxSide: 99, maxPixels: 999)
        #expect(PreparationWish(mode: .fit).preparation(over: nil, of: "gpt-4o", detail: nil, by: strict) == plain)
    }

    @Test func whatIsSaidWinsOverWhatWasAndThatOverTheProfile() {
        let stored = Preparation(mode: .fit, bound: Bound(longestSide: 777), quality: 60)
        func made(_ wish: PreparationWish, over stored: Preparation??, _ rules: ImageRules = ImageRules()) -> Preparation? {
            wish.preparation(over: stored, of: "llava", detail: nil, by: rules)
        }
        // Numbers stay frozen, whatever the table says by now.
        #expect(made(PreparationWish(), over: stored) == stored)
        #expect(made(PreparationWish(mode: .fit), over: stored) == stored)
        #expect(made(PreparationWish(mode: .all), over: stored)?.mode == .all)
        #expect(made(PreparationWish(quality: 60), over: stored) == stored)
        #expect(made(PreparationWish(longestEdge: 500), over: stored)?.bound == Bound(longestSide: 500))
        #expect(made(PreparationWish(mode: .auto), over: stored) == nil)
        #expect(made(PreparationWish(), over: .some(nil), ImageRules(prepare: .fit)) == nil)
        #expect(made(PreparationWish(), over: nil) == nil)
        #expect(made(PreparationWish(), over: nil, ImageRules(prepare: .never)) == nil)
        let edge = made(PreparationWish(), over: nil, ImageRules(prepare: .fit, longestEdge: 640))
        #expect(edge == Preparation(mode: .fit, bound: Bound(longestSide: 640)))
    }

    @Test func flagsWinOverTheJobFile() {
        let file = PreparationWish(mode: .all, longestEdge: 900, quality: 50)
        let both = PreparationWish(quality: 70).over(file)
        #expect(both == PreparationWish(mode: .all, longestEdge: 900, quality: 70))
        #expect(PreparationWish(quality: 70).over(PreparationWish(mode: .never)).mode == .fit)
        #expect(PreparationWish(mode: .auto).over(file).objection != nil)
        #expect(PreparationWish(mode: .auto).over(PreparationWish()).objection == nil)
    }

    @Test(arguments: [
        ("white", "ffffff"), ("BLACK", "000000"), ("#FFeeDD", "ffeedd"), ("102030", "102030"), ("1020", nil), ("ggeedd", nil),
        ("+12345", nil),
    ])
    func coloursAre(text: String, digits: String?) { #expect(PreparationWish.colour(text) == digits) }

    /// What is set aside for a call counts prepared pictures, and never too little.
    @Test(arguments: [
        "gpt-4o", "gpt-5-mini", "gpt-6", "claude-opus-4-7", "gemini-2.5-flash", "mistral-small", "llama-3.2-vision", "qwen2-vl",
    ])
    func theMostOfAPreparedPictureIsOfItsBound(model: String) throws {
        let rule = ImageTokens(model: model)
        let bound = rule.bound(detail: nil)
        let (most, before) = (try #require(rule.most(detail: nil, within: bound)), try #require(rule.most(detail: nil)))
        #expect(most <= before)
        for (width, height) in [(4_032, 3_024), (8_192, 8_192), (1_600, 1_599), (8_000, 120), (300, 6_000)] {
            let fitted = bound.fitted(PictureSize(width: width, height: height))
            #expect(rule.range(of: fitted, detail: nil).upperBound <= most)
        }
    }

    @Test func qwenSetsAsideMuchLess() {
        let rule = ImageTokens(model: "qwen2.5-vl-7b")
        #expect(rule.most(detail: nil) == 16_384)
        #expect(rule.most(detail: nil, within: rule.bound(detail: nil)) == 3_136)
    }

    @Test func formatsAreWhatIsWantedOfWhatIsTaken() {
        let bound = Bound(longestSide: 9)
        #expect(Preparation(mode: .fit, bound: bound, form: .png).formats(of: [.jpeg, .png]) == [.png])
        #expect(Preparation(mode: .fit, bound: bound, form: .png).formats(of: [.jpeg]) == [.jpeg])
        #expect(Preparation(mode: .fit, bound: bound).formats(of: [.jpeg, .png]) == [.jpeg, .png])
    }
}
