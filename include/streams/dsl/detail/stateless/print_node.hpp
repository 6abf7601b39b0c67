#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/options.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/topology/node.hpp>

#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>

namespace streams::inline v0::detail {

/// A file that lines are printed to by the tasks of an application, whole lines at a time.
class line_printer {
public:
    virtual ~line_printer() = default;
    virtual void print(std::string_view line) = 0;
    virtual void flush() = 0;
};

/// Opens the file anew, or standard output where `file` is empty. Throws topology_error where it cannot be written.
[[nodiscard]] std::shared_ptr<line_printer> open_line_printer(const std::filesystem::path& file);

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
inline constexpr bool printable_field = printable<T>;
template <class T>
inline constexpr bool printable_field<std::optional<T>> = printable_field<T>;
template <class T>
inline constexpr bool printable_field<windowed<T>> = printable_field<T>;
template <class T>
inline constexpr bool printable_field<session_windowed<T>> = printable_field<T>;

template <class T>
void print_field(std::ostream& out, const T& value) {
    if constexpr (nullable<T>) {
        if (value)
            print_field(out, *value);
        else
            out << "null";
    } else if constexpr (printable<T>) {
        out << value;
    } else {
        out << '[';
        print_field(out, value.key);
        out << '@' << value.window.start << '/' << value.window.end << ']';
    }
}

/// The text of a record, as Kafka Streams prints it.
struct key_and_value_text {
    template <class Key, class Value>
    std::string operator()(const Key& key, const Value& value) const {
        std::ostringstream text;
        print_field(text, key);
        text << ", ";
        print_field(text, value);
        return text.str();
    }
};

/// Prints `[label]: text` for each record (Kafka's `PrintForeachAction`).
template <class Key, class Value, class F>
class print_node final : public terminal_node<Key, Value> {
public:
    print_node(std::shared_ptr<line_printer> to, std::string label, shared_functor<F> line)
        : to_(std::move(to)), label_(std::move(label)), text_(std::move(line)) {}

    void process(const record<Key, Value>& r) override {
        to_->print(concat('[', label_, "]: ", std::string_view(call(text_.get(), r.key, r.value)), '\n'));
    }
    void close() override { to_->flush(); }

private:
    std::shared_ptr<line_printer> to_;
    std::string label_;
    task_functor<F> text_;
};

} // namespace streams::inline v0::detail
