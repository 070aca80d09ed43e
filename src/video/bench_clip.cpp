#include "video/bench_clip.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <random>

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

// The next frame as RGB; false at the end.
Result<bool> next_frame(ClipReader& reader, ClipFrame* frame, AVPacket* packet) {
  MIEN_ASSIGN(const ClipItem item, reader.next(frame, packet));
  return item == ClipItem::kFrame;
}

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
  const PacketPtr packet(not_null(av_packet_alloc()));
  ClipFrame frame;
  FaceTracker first, second, third;
  FusedImage a, b, untouched;
  FusionOptions options, none;
  options.mode = mode, none.strength = 0;
  for (int i = 0; i < kCheckedFrames; ++i) {
    MIEN_ASSIGN(const bool more, next_frame(*reader, &frame, packet.get()));
    if (!more) return wrong(file, i, "the clip is too short");
    reader->read_rgb(&frame);
    const ImageView picture = frame.picture();
    MIEN_ASSIGN(const FusionReport report,
                one_thread.fuse_next(picture, frame.seconds, first, source, options, a));
    MIEN_TRY(two_threads.fuse_next(picture, frame.seconds, second, source, options, b));
    MIEN_TRY(one_thread.fuse_next(picture, frame.seconds, third, source, none, untouched));
    if (report.fused_count() != faces)
      return wrong(file, i,
                   std::to_string(report.fused_count()) + " faces were fused, expected " +
                       std::to_string(faces) + "; try another photo as --target");
    if (!equal(a.view(), b.view())) return wrong(file, i, "one and two threads give different pictures");
    if (!equal(untouched.view(), picture)) return wrong(file, i, "strength 0 changes the picture");
  }
  return {};
}

Result<ClipTimes> time_clip(const std::filesystem::path& file, const Source& source, Mode mode, int threads,
                            Session& session) {
  MIEN_ASSIGN(const ClipKind kind, clip_kind(file, ClipEncoder::kByName));
  MIEN_ASSIGN(const auto reader, ClipReader::open(file, {}, threads));
  ClipWriteOptions write;
  write.threads = threads;
  MIEN_ASSIGN(FrameEncoder encoder,
              FrameEncoder::create(kind, reader->format(), write, [](const AVPacket&) { return Done(); }));
  const PacketPtr packet(not_null(av_packet_alloc()));
  ClipFrame frame;
  FaceTracker tracker;
  FusedImage fused;
  FusionOptions options;
  options.mode = mode;
  ClipTimes out;
  for (int i = 0;; ++i) {
    const auto begin = Clock::now();
    MIEN_ASSIGN(const bool more, next_frame(*reader, &frame, packet.get()));
    const auto decoded = Clock::now();
    if (!more) break;
    const std::clock_t cpu_begin = std::clock();
    reader->read_rgb(&frame);
    MIEN_ASSIGN(const FusionReport report,
                session.fuse_next(frame.picture(), frame.seconds, tracker, source, options, fused));
    write_changes(reader->format(), fused.view(), &frame);
    const double fuse_ms = milliseconds_since(decoded),
                 fuse_cpu_ms = 1000.0 * static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
    const auto encoding = Clock::now();
    MIEN_TRY(encoder.write(&frame));
    if (i < kWarmUp) continue;
    out.encode_ms.push_back(milliseconds_since(encoding)), out.fuse_ms.push_back(fuse_ms),
        out.fuse_cpu_ms.push_back(fuse_cpu_ms);
    out.decode_ms.push_back(std::chrono::duration<double, std::milli>(decoded - begin).count());
    for (const StageReport& stage : report.stages) {
      auto same = std::find_if(out.stages.begin(), out.stages.end(),
                               [&](const StageReport& s) { return s.stage == stage.stage; });
      if (same == out.stages.end()) same = out.stages.insert(same, {stage.stage, 0});
      same->milliseconds += stage.milliseconds;
    }
  }
  const auto flushing = Clock::now();
  MIEN_TRY(encoder.finish());
  const auto n = static_cast<double>(std::max<std::size_t>(out.fuse_ms.size(), 1));
  for (double& ms : out.encode_ms) ms += milliseconds_since(flushing) / n;
  for (StageReport& stage : out.stages) stage.milliseconds /= n;
  return out;
}

}  // namespace mien
