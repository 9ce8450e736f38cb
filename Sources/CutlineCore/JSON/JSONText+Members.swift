/// Members of an object, each a key with its value.
extension JSONText {
    package mutating func openObject(_ name: String) {
        key(name)
        openObject()
    }

    package mutating func openArray(_ name: String) {
        key(name)
        openArray()
    }

    package mutating func member(_ name: String, _ text: String?) {
        key(name)
        value(text)
    }

    package mutating func member(_ name: String, _ number: Int?) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ number: Int64?) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ number: Double?) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ flag: Bool?) {
        key(name)
        value(flag)
    }

    /// Dollars, exactly.
    package mutating func member(_ name: String, _ amount: Money?) {
        key(name)
        value(amount)
    }

    package mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: String, _ texts: [String]) {
        key(name)
        value(texts)
    }

    /// A list, of which `write` adds each element.
    package mutating func member<Element>(_ name: String, _ elements: [Element], each write: (inout JSONText, Element) -> Void) {
        openArray(name)
        for element in elements { write(&self, element) }
        closeArray()
    }

    /// An object, of which `write` adds the members; null where there is no value.
    package mutating func member<Value>(_ name: String, object value: Value?, _ write: (inout JSONText, Value) -> Void) {
        key(name)
        guard let value else { return null() }
        openObject()
        write(&self, value)
        closeObject()
    }
}
