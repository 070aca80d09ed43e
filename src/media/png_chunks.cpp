#include "media/png_chunks.h"

#include "media/codec.h"

namespace mien {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kFrameBytes = 12;  // of a chunk: length, type, checksum

void append(Bytes& bytes, ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

}  // namespace

Result<std::vector<PngChunk>> png_chunks(ByteView content) {
  if (content.size() < kSignatureBytes) return truncated(content);
  std::vector<PngChunk> chunks;
  ByteView rest = content.subspan(kSignatureBytes);
  while (rest.size() >= kFrameBytes) {
    const std::size_t length = static_cast<std::size_t>(rest[0]) << 24 |
                               static_cast<std::size_t>(rest[1]) << 16 |
                               static_cast<std::size_t>(rest[2]) << 8 | rest[3];
    if (length > rest.size() - kFrameBytes) break;
    chunks.push_back({as_text(rest.subspan(4, 4)), rest.first(length + kFrameBytes)});
    if (chunks.back().type == "IEND") return chunks;
    rest = rest.subspan(length + kFrameBytes);
  }
  return truncated(content);
}

Bytes png_with_metadata_first(ByteView content, const std::vector<PngChunk>& chunks) {
  Bytes file;
  append(file, content.first(kSignatureBytes));
  ByteView first_pixels;
  for (const PngChunk& chunk : chunks) {
    if (chunk.type != "IDAT" && chunk.type != "IEND") append(file, chunk.whole);
    if (chunk.type == "IDAT" && first_pixels.empty()) first_pixels = chunk.whole;
  }
  append(file, first_pixels);
  return file;
}

}  // namespace mien
