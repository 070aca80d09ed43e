// The only kind of picture that this library writes to a file: one that carries the record of how it was
// made.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mien/image.h"

namespace mien {

// What was done to a picture; becomes its metadata label.
struct Provenance {
  bool fused = false;  // false: no face was changed; a stream's frame may still carry the visible mark
  int face_count = 0;  // faces that were changed; 0 in the label of a clip, where they come and go
  std::string engine_version;       // "0.1.0"
  std::vector<std::string> models;  // names of the networks that took part, with their hashes' first 8 digits
  bool visible_mark = false;        // the mark is in the pixels
};

// Pixels plus their Provenance. Filled by Session alone; write_image() takes nothing else, so that what
// Session fused cannot be written without its record. Pixels that are copied elsewhere leave the record
// behind. Empty after an error. Reuses its memory for the next frame.
class FusedImage {
 public:
  FusedImage() = default;
  FusedImage(FusedImage&&) noexcept = default;
  FusedImage& operator=(FusedImage&&) noexcept = default;

  ImageView view() const { return image_.view(); }
  const Provenance& provenance() const { return provenance_; }
  bool empty() const { return image_.empty(); }
  // Where pixels may differ from the frame's; all others are the frame's. Places may overlap.
  std::span<const PixelRect> changed() const { return changed_; }

 private:
  friend class FusedImageAccess;  // src/api/fused_image_access.h: Session, and tests of the writers
  Image image_;
  Provenance provenance_;
  std::vector<PixelRect> changed_;
};

}  // namespace mien
