// The label of a fused picture as XMP. Knows nothing of file formats.
#pragma once

#include <string>

#include "media/bytes.h"
#include "mien/fused_image.h"
#include "mien/media.h"

namespace mien {

// The XMP packet for an output: the target's packet, with the label added when `how.fused`. What was labelled
// before moves to lists of prior labels. Entries that are no longer true of any output go: the orientation,
// previews of the unchanged picture, parts of the old file that are not written. No times are noted, so that
// the same input gives the same file.
//   id   the number of the picture, for ProduceID
Bytes output_xmp(const Metadata& of_target, const Provenance& how, const std::string& id);

// For a drawing of a photo: its packet, in which the label is, where the photo is labelled (or its packet
// cannot be read); else nothing.
Metadata metadata_of_drawing(const Metadata& of_photo);

// What such a packet says; kUnreadable when it is no XMP. aigc_text and had_c2pa of the metadata count as
// labels too.
Result<LabelRecord> label_of(const Metadata& metadata);

}  // namespace mien
