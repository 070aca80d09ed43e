// Makes the clips that test_video.py tries: the face of a photo moves over a background, so that nothing but
// code and our own pictures is needed.   make_clip PHOTO OUT [frames=25] [width=480] [height=270] [audio=1]
// [turn=90] [cut=12] [encoder=ffv1] [face=0] [still=120]
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <string>

#include "core/resample.h"
#include "mien/media.h"
#include "video/made_clip.h"

namespace {

using namespace mien;

// The photo, shrunk to a square of `side` pixels.
Image small_photo(ImageView photo, int side) {
  const float k = static_cast<float>(side) / static_cast<float>(std::max(photo.width, photo.height));
  PlanarRgb planar;
  sample_affine(photo, {k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f}, side, side, &planar);
  Image out(side, side, PixelFormat::kRgb8);
  for (std::size_t i = 0; i < planar.plane(); ++i) {
    for (int c = 0; c < 3; ++c)
      out.mutable_view().data[3 * i + c] = static_cast<std::uint8_t>(planar.channel(c)[i] + 0.5f);
  }
  return out;
}

struct Scene {
  Image photo;
  int cut_frame = -1;
  int still_frames = 0;  // so many at the beginning are one picture, noise and all: nearly nothing to encode
  bool face = true;

  // A soft background that does not move, noise as a camera's, and the photo on its way to the right;
  // mirrored scene after the cut.
  void paint(int frame, MutableImageView picture) const {
    if (frame < still_frames) frame = 0;
    std::mt19937 random(static_cast<unsigned>(frame));
    std::normal_distribution<float> noise(0, 2);
    const bool after = cut_frame >= 0 && frame >= cut_frame;
    const int room = picture.width - photo.width(), x0 = after ? room : std::min(frame * 2, room),
              y0 = (picture.height - photo.height()) / 2;
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        std::uint8_t* p = picture.row(y) + 3 * x;
        const bool inside = face && x >= x0 && x < x0 + photo.width() && y >= y0 && y < y0 + photo.height();
        const float u = static_cast<float>(x) / 50, v = static_cast<float>(y) / 40, n = noise(random);
        for (int c = 0; c < 3; ++c) {
          const float value = inside ? photo.view().row(y - y0)[3 * (x - x0) + c]
                                     : (after ? 190.0f : 110.0f) + 30 * std::sin(u + static_cast<float>(c)) *
                                                                       std::cos(v + (after ? 2.0f : 0.0f));
          p[c] = static_cast<std::uint8_t>(std::clamp(value + n, 0.0f, 255.0f));
        }
      }
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> words;
  for (int i = 3; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    if (equals) words[std::string(argv[i], static_cast<std::size_t>(equals - argv[i]))] = equals + 1;
  }
  const auto number = [&](const char* name, int otherwise) {
    return words.contains(name) ? std::stoi(words[name]) : otherwise;
  };
  if (argc < 3) return 2;
  if (number("pictures", 1) == 0) return testing::make_audio_only(argv[2], 0.5).ok() ? 0 : 1;
  const auto photo = read_photo(argv[1]);
  if (!photo.ok()) return 2;
  testing::MadeClip clip;
  clip.frames = number("frames", 25), clip.width = number("width", 480), clip.height = number("height", 270);
  clip.audio = clip.chapters = number("audio", 0) != 0;
  clip.turn_deg = number("turn", 0);
  clip.quality = 90;
  if (words["encoder"] == "ffv1") clip.encoder = ClipEncoder::kFfv1;
  Scene scene{small_photo(photo->image.view(), std::min(clip.width, clip.height)), number("cut", -1),
              number("still", 0), number("face", 1) != 0};
  clip.paint = [&](int frame, MutableImageView picture) { scene.paint(frame, picture); };
  const Done done = testing::make_clip(argv[2], clip);
  if (!done.ok()) std::fprintf(stderr, "make_clip: %s\n", done.status().message().c_str());
  return done.ok() ? 0 : 1;
}
