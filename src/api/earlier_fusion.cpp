#include "api/earlier_fusion.h"

#include <algorithm>
#include <functional>

namespace mien {
namespace {

const std::uint8_t* end_of(ImageView view) {
  return view.row(view.height - 1) + static_cast<std::ptrdiff_t>(view.width) * channel_count(view.format);
}

bool share_bytes(ImageView a, ImageView b) {
  const std::less<const std::uint8_t*> before;
  return !a.empty() && !b.empty() && before(a.data, end_of(b)) && before(b.data, end_of(a));
}

}  // namespace

EarlierFusion::EarlierFusion(ImageView* frame, const FusedImage& out) {
  if (!share_bytes(*frame, out.view())) return;
  const ImageView whole = out.view();
  const bool is_whole =
      frame->data == whole.data && frame->width == whole.width && frame->height == whole.height;
  pixels_ = Image::copy_of(*frame);
  *frame = pixels_.view();
  record_ = out.provenance();
  record_.visible_mark &= is_whole;  // a part may lie beside the mark
}

void EarlierFusion::add_to(Provenance* record) const {
  record->fused |= record_.fused;
  record->visible_mark |= record_.visible_mark;
  record->face_count = std::max(record->face_count, record_.face_count);
  for (const std::string& model : record_.models) {
    const bool known = std::ranges::find(record->models, model) != record->models.end();
    if (!known) record->models.push_back(model);
  }
}

}  // namespace mien
