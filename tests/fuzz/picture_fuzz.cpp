// Picture files: any bytes give a picture whose view is sound, or one sentence; the same for the label in
// their metadata.
#include <cstdlib>

#include "mien/label.h"
#include "mien/media.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  // Small enough for thousands of runs; larger headers must be refused before memory is taken.
  const mien::DecodeLimits limits{.max_pixels = 1'000'000, .max_file_bytes = 1 << 20};
  const auto photo = mien::read_photo(bytes, limits);
  if (photo.ok()) {
    const auto valid = photo->image.view().validate();
    const bool small =
        static_cast<std::int64_t>(photo->image.width()) * photo->image.height() <= limits.max_pixels;
    if (!valid.ok() || !small) std::abort();
  } else if (photo.status().message().empty()) {
    std::abort();
  }
  const auto label = mien::read_label(bytes);
  if (!label.ok() && label.status().message().empty()) std::abort();
  return 0;
}
