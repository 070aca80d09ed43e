#include "mien/status.h"

namespace mien {

const char* code_name(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return "invalid_argument";
    case Code::kNotFound:
      return "not_found";
    case Code::kUnreadable:
      return "unreadable";
    case Code::kUnwritable:
      return "unwritable";
    case Code::kModelRefused:
      return "model_refused";
    case Code::kNoFace:
      return "no_face";
    case Code::kDeclined:
      return "declined";
    case Code::kLabelPolicy:
      return "label_policy";
    case Code::kLimit:
      return "limit";
    case Code::kCancelled:
      return "cancelled";
    case Code::kInternal:
      break;
  }
  return "internal";
}

}  // namespace mien
