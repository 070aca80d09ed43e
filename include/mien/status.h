// What can go wrong, as a value. Everything that depends on the outside returns Status or Result<T>.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace mien {

// Why something was not done. The command's exit codes follow from these (see docs/command.md).
enum class Code {
  kInvalidArgument,  // an option or a view makes no sense: "strength is 3, expected 0..1"
  kNotFound,         // a file or folder is not there
  kUnreadable,       // a picture or clip cannot be decoded: "photo.jpg is a text file"
  kUnwritable,       // an output cannot be written: exists already, read-only folder, full disk
  kModelRefused,     // manifest or weights are missing, damaged or not the ones the manifest names
  kNoFace,           // no usable face: none found, too small, cut off
  kDeclined,         // a person said no, or was not asked: consent
  kLabelPolicy,      // what was asked for would produce an unlabelled fused picture
  kLimit,            // larger than what the options allow: pixels, faces, bytes
  kCancelled,        // stopped by the caller
  kInternal,         // our own bug; please report the message
};

// The name of a code as written in JSON reports: "no_face".
const char* code_name(Code code);

// One sentence for a person: what happened, the value seen, what was expected, what to do.
class [[nodiscard]] Status {
 public:
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  // The same status with "what: " in front of the message; for adding a file name on the way up.
  Status with_context(const std::string& what) const { return {code_, what + ": " + message_}; }

 private:
  Code code_;
  std::string message_;
};

// A value, or the Status that says why there is none. Must be looked at; value() without ok()
// throws tl::bad_expected_access.
//   auto engine = Engine::create({});
//   if (!engine.ok()) return report(engine.status());
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Status> {
 public:
  using Base = tl::expected<T, Status>;
  using Base::Base;
  Result(Status status)
      : Base(tl::unexpect, std::move(status)) {}  // NOLINT(google-explicit-constructor): return Status(...)

  bool ok() const { return Base::has_value(); }
  const Status& status() const { return Base::error(); }
};

// A Result without a value: done, or why not.
using Done = Result<void>;

}  // namespace mien
