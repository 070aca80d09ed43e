#include "api/sealed_bytes.h"

#include "model/sha256.h"

namespace mien {
namespace {

constexpr std::size_t kMagicSize = 8, kDigestSize = 64;
constexpr std::size_t kHeaderSize = kMagicSize + 2 * sizeof(std::uint32_t) + kDigestSize;

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Over version, size and content, so that a changed version is found as damage too.
std::string digest(std::uint32_t version, std::span<const std::uint8_t> content) {
  ByteWriter all;
  all.number(version);
  all.blob(content);
  return sha256_hex(all.bytes());
}

}  // namespace

bool has_magic(const SealedKind& kind, std::span<const std::uint8_t> file) {
  return as_text(file).starts_with(kind.magic);
}

std::vector<std::uint8_t> seal(const SealedKind& kind, std::span<const std::uint8_t> content) {
  const std::string sum = digest(kind.version, content);
  ByteWriter head;
  head.number(kind.version);
  head.number(static_cast<std::uint32_t>(content.size()));
  std::vector<std::uint8_t> out(kind.magic.begin(), kind.magic.end());
  out.insert(out.end(), head.bytes().begin(), head.bytes().end());
  out.insert(out.end(), sum.begin(), sum.end());
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

Result<std::span<const std::uint8_t>> open_sealed(const SealedKind& kind,
                                                  std::span<const std::uint8_t> file) {
  const auto refuse = [&](const std::string& what) {
    return Status(Code::kUnreadable, what + "; " + std::string(kind.advice));
  };
  const std::string name(kind.name);
  if (!has_magic(kind, file))
    return refuse("this is not " + name + ": it does not begin with " + std::string(kind.magic));
  if (file.size() < kHeaderSize)
    return refuse(name + " of " + std::to_string(file.size()) + " bytes is cut short, expected at least " +
                  std::to_string(kHeaderSize));
  ByteReader head(file.subspan(kMagicSize));
  const auto version = head.number<std::uint32_t>(), size = head.number<std::uint32_t>();
  const auto content = file.subspan(kHeaderSize);
  if (version < 1 || version > kind.version) {
    return Status(Code::kUnreadable, name + " of version " + std::to_string(version) +
                                         " is newer than this program, which reads up to version " +
                                         std::to_string(kind.version) + ", or damaged; use a newer Mien or " +
                                         std::string(kind.advice));
  }
  if (content.size() < size)
    return refuse(name + " is cut short: " + std::to_string(content.size()) + " bytes of content, expected " +
                  std::to_string(size));
  if (content.size() > size)
    return refuse(name + " has " + std::to_string(content.size() - size) + " bytes too many or is damaged");
  if (digest(version, content) != as_text(file.subspan(kHeaderSize - kDigestSize, kDigestSize)))
    return refuse(name + " is damaged: its SHA-256 does not fit its content");
  return content;
}

}  // namespace mien
