#include "video/bench_clip.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <random>
#include <utility>

#include "core/resample.h"
#include "core/try.h"
#include "mien/video.h"
#include "video/clip_reader.h"
#include "video/frame_encoder.h"
#include "video/made_clip.h"

namespace mien {
namespace {

using Clock = std::chrono::steady_clock;

constexpr float kShownAroundFace = 1.9f;  // side of what is shown of the photo, in widths of the face
constexpr int kWarmUp = 3;                // frames: a face has faded in
constexpr int kCheckedFrames = 5;
constexpr std::size_t kNoiseBytes = 1 << 16;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// The face and what is around it, a face's width becoming face_px.
Image face_picture(ImageView photo, const Box& face, int face_px) {
  const float k = static_cast<float>(face_px) / face.width(), side = kShownAroundFace * face.width();
  const Point2f centre = face.centre();
  const int size = static_cast<int>(kShownAroundFace * static_cast<float>(face_px));
  const Affine picture_from_photo{k, 0, -k * (centre.x - side / 2), 0, k, -k * (centre.y - side / 2)};
  PlanarRgb planar;
  sample_affine(photo, picture_from_photo, size, size, &planar);
  Image out(size, size, PixelFormat::kRgb8);
  for (std::size_t i = 0; i < planar.plane(); ++i) {
    for (int c = 0; c < 3; ++c)
      out.mutable_view().data[3 * i + c] = static_cast<std::uint8_t>(planar.channel(c)[i] + 0.5f);
  }
  return out;
}

// Paints the frames of a scene.
class ScenePainter {
 public:
  ScenePainter(const BenchScene& scene, ImageView photo, const Box& face)
      : grid_(grid_for(scene)), faces_(scene.faces), face_(face_picture(photo, face, grid_.face_px)) {
    std::normal_distribution<float> normal(0, 2);
    for (std::int8_t& n : noise_) n = static_cast<std::int8_t>(std::lround(normal(random_)));
  }

  void paint(int frame, MutableImageView picture) {
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        for (int c = 0; c < 3; ++c)
          picture.row(y)[3 * x + c] = static_cast<std::uint8_t>(90 + 60 * x / picture.width + 30 * c);
      }
    }
    for (int k = 0; k < faces_; ++k) paint_face(k, frame, picture);
    for (int y = 0; y < picture.height; ++y) add_noise(picture.row(y), 3 * picture.width);
  }

 private:
  void paint_face(int k, int frame, MutableImageView picture) const {
    const int cell_w = picture.width / grid_.columns, cell_h = picture.height / grid_.rows,
              room_x = cell_w - face_.width(), room_y = cell_h - face_.height();
    const double turn = 0.25 * frame + k;
    const int x0 = k % grid_.columns * cell_w + room_x / 2 + static_cast<int>(0.02 * cell_w * std::sin(turn)),
              y0 = k / grid_.columns * cell_h + room_y / 2 + static_cast<int>(0.02 * cell_h * std::cos(turn));
    const int left = std::max(x0, 0), right = std::min(x0 + face_.width(), picture.width);
    for (int y = std::max(y0, 0); y < std::min(y0 + face_.height(), picture.height); ++y)
      std::memcpy(picture.row(y) + 3 * left, face_.view().row(y - y0) + 3 * (left - x0),
                  static_cast<std::size_t>(3 * (right - left)));
  }

  void add_noise(std::uint8_t* row, int bytes) {
    std::size_t at = random_() % kNoiseBytes;
    for (int i = 0; i < bytes; ++i, at = (at + 1) % kNoiseBytes)
      row[i] = static_cast<std::uint8_t>(std::clamp(row[i] + noise_[at], 0, 255));
  }

  BenchGrid grid_;
  int faces_;
  Image face_;
  std::mt19937 random_{1};
  std::vector<std::int8_t> noise_ = std::vector<std::int8_t>(kNoiseBytes);
};

bool equal(ImageView a, ImageView b) {
  const std::size_t row = static_cast<std::size_t>(a.width) * channel_count(a.format);
  for (int y = 0; y < a.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row) != 0) return false;
  }
  return true;
}

// The frames of a clip, each with the one after it.
class FramePairs {
 public:
  explicit FramePairs(ClipReader& reader) : reader_(reader) {}

  // To the next frame; false: there is none.
  Result<bool> step() {
    if (number_++ < 0) MIEN_TRY(decode(&now()));
    const bool there = now().there;
    if (there) MIEN_TRY(decode(&after()));
    return there;
  }

  ClipFrame& frame() { return now().frame; }
  bool is_last() { return !after().there; }
  // The frame as people see it; its pixels are read when nobody has asked for them before.
  StreamFrame picture() { return picture_of(&now()); }
  // The one after it.
  std::optional<StreamFrame> next_picture() {
    return is_last() ? std::nullopt : std::optional(picture_of(&after()));
  }

 private:
  struct Entry {
    ClipFrame frame;
    bool there = false, has_pixels = false;
  };
  Entry& now() { return entries_[static_cast<std::size_t>(number_) % 2]; }
  Entry& after() { return entries_[static_cast<std::size_t>(number_ + 1) % 2]; }

  Done decode(Entry* entry) {
    MIEN_ASSIGN(const ClipItem item, reader_.next(&entry->frame, packet_.get()));
    entry->there = item == ClipItem::kFrame, entry->has_pixels = false;
    return {};
  }
  StreamFrame picture_of(Entry* entry) {
    if (!std::exchange(entry->has_pixels, true)) reader_.read_rgb(&entry->frame);
    return {entry->frame.picture(), entry->frame.seconds};
  }

  ClipReader& reader_;
  PacketPtr packet_{not_null(av_packet_alloc())};
  std::array<Entry, 2> entries_;
  int number_ = -1;
};

Status wrong(const std::filesystem::path& file, int frame, const std::string& what) {
  return {Code::kInternal, file.string() + ", frame " + std::to_string(frame) + ": not timed: " + what};
}

}  // namespace

BenchGrid grid_for(const BenchScene& scene) {
  BenchGrid out;
  out.columns = scene.faces > 4 ? 4 : scene.faces > 1 ? 2 : 1;
  out.rows = scene.faces > 2 ? 2 : 1;
  const int cell = std::min(scene.width / out.columns, scene.height / out.rows);
  out.face_px = std::min(scene.face_px, static_cast<int>(static_cast<float>(cell) / kShownAroundFace));
  return out;
}

Done make_bench_clip(const std::filesystem::path& file, const BenchScene& scene, ImageView photo,
                     const Box& face) {
  ScenePainter painter(scene, photo, face);
  testing::MadeClip clip;
  clip.width = scene.width, clip.height = scene.height, clip.frames = scene.frames;
  clip.paint = [&](int frame, MutableImageView picture) { painter.paint(frame, picture); };
  return testing::make_clip(file, clip);
}

Done check_bench_clip(const std::filesystem::path& file, const Source& source, Mode mode, int faces,
                      Session& one_thread, Session& two_threads) {
  MIEN_ASSIGN(const auto reader, ClipReader::open(file, {}, 1));
  FramePairs frames(*reader);
  FaceTracker first, second, third;
  FusedImage a, b, untouched;
  FusionOptions options, none;
  options.mode = mode, none.strength = 0;
  const Casting only{&source, nullptr};
  const LookAhead ahead{[&] { return frames.next_picture(); }, {}};
  for (int i = 0; i < kCheckedFrames; ++i) {
    MIEN_ASSIGN(const bool there, frames.step());
    if (!there) return wrong(file, i, "the clip is too short");
    const auto [picture, seconds] = frames.picture();
    MIEN_ASSIGN(const FusionReport report, one_thread.fuse_next(picture, seconds, first, source, options, a));
    MIEN_TRY(two_threads.fuse_next(picture, seconds, second, {&only, 1}, options, b, ahead));
    MIEN_TRY(one_thread.fuse_next(picture, seconds, third, source, none, untouched));
    if (report.fused_count() != faces)
      return wrong(file, i,
                   std::to_string(report.fused_count()) + " faces were fused, expected " +
                       std::to_string(faces) + "; try another photo as --target");
    if (!equal(a.view(), b.view())) return wrong(file, i, "one and two threads give different pictures");
    if (!equal(untouched.view(), picture)) return wrong(file, i, "strength 0 changes the picture");
  }
  return {};
}

namespace {

void add_stages(const FusionReport& report, ClipTimes* out) {
  for (const StageReport& stage : report.stages) {
    auto same = std::find_if(out->stages.begin(), out->stages.end(),
                             [&](const StageReport& s) { return s.stage == stage.stage; });
    if (same == out->stages.end()) same = out->stages.insert(same, {stage.stage, 0});
    same->milliseconds += stage.milliseconds;
  }
}

Done time_decoding(const std::filesystem::path& file, int threads, ClipTimes* out) {
  MIEN_ASSIGN(const auto reader, ClipReader::open(file, {}, threads));
  const PacketPtr packet(not_null(av_packet_alloc()));
  ClipFrame frame;
  for (int i = 0;; ++i) {
    const auto begin = Clock::now();
    MIEN_ASSIGN(const ClipItem item, reader->next(&frame, packet.get()));
    if (item != ClipItem::kFrame) return {};
    if (i >= kWarmUp) out->decode_ms.push_back(milliseconds_since(begin));
  }
}

Done time_fusing(const std::filesystem::path& file, const Source& source, Mode mode, Session& session,
                 ClipTimes* out) {
  MIEN_ASSIGN(const auto reader, ClipReader::open(file, {}, 1));
  FramePairs frames(*reader);
  FaceTracker tracker;
  FusedImage fused;
  FusionOptions options;
  options.mode = mode;
  const Casting only{&source, nullptr};
  const LookAhead ahead{[&] { return frames.next_picture(); },
                        [&](const FusionReport&) {
                          write_changes(reader->format(), fused.view(), fused.changed(), &frames.frame());
                        }};
  for (int i = 0;; ++i) {
    MIEN_ASSIGN(const bool there, frames.step());
    if (!there) break;
    const auto begin = Clock::now();
    const std::clock_t cpu_begin = std::clock();
    const auto [picture, seconds] = frames.picture();
    MIEN_ASSIGN(const FusionReport report,
                session.fuse_next(picture, seconds, tracker, {&only, 1}, options, fused, ahead));
    if (i < kWarmUp || frames.is_last()) continue;  // the last one's time lacks the look at the next
    out->fuse_ms.push_back(milliseconds_since(begin));
    out->fuse_cpu_ms.push_back(1000.0 * static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC);
    add_stages(report, out);
  }
  for (StageReport& stage : out->stages)
    stage.milliseconds /= static_cast<double>(std::max<std::size_t>(out->fuse_ms.size(), 1));
  return {};
}

// What the encoder keeps back is shared out over all frames.
Done time_encoding(const std::filesystem::path& file, Mode mode, int threads, ClipTimes* out) {
  MIEN_ASSIGN(const ClipKind kind, clip_kind(file, ClipEncoder::kByName));
  MIEN_ASSIGN(const auto reader, ClipReader::open(file, {}, 1));
  ClipWriteOptions write;
  write.threads = threads, write.quick = mode == Mode::kFast;
  MIEN_ASSIGN(FrameEncoder encoder,
              FrameEncoder::create(kind, reader->format(), write, [](const AVPacket&) { return Done(); }));
  const PacketPtr packet(not_null(av_packet_alloc()));
  ClipFrame frame;
  for (int i = 0;; ++i) {
    MIEN_ASSIGN(const ClipItem item, reader->next(&frame, packet.get()));
    if (item != ClipItem::kFrame) break;
    const auto begin = Clock::now();
    MIEN_TRY(encoder.write(&frame));
    if (i >= kWarmUp) out->encode_ms.push_back(milliseconds_since(begin));
  }
  const auto flushing = Clock::now();
  MIEN_TRY(encoder.finish());
  const auto n = static_cast<double>(std::max<std::size_t>(out->encode_ms.size(), 1));
  for (double& ms : out->encode_ms) ms += milliseconds_since(flushing) / n;
  return {};
}

}  // namespace

Result<ClipTimes> time_clip(const std::filesystem::path& file, const Source& source, Mode mode, int threads,
                            Session& session) {
  ClipTimes out;
  MIEN_TRY(time_decoding(file, threads, &out));
  MIEN_TRY(time_fusing(file, source, mode, session, &out));
  MIEN_TRY(time_encoding(file, mode, threads, &out));
  return out;
}

}  // namespace mien
