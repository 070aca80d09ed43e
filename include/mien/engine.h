// The SDK: an Engine holds the networks, a Session does the work, a Source is an enrolled person.
//
//   auto engine = mien::Engine::create({.models_folder = "models"});
//   if (!engine.ok()) return report(engine.status());            // one sentence for the user
//   mien::Session session = engine->open_session();              // one per thread or stream
//   auto source = session.enrol(photo.view());
//   if (!source.ok()) return report(source.status());
//   mien::FusedImage out;                                        // keep it: the next frame reuses its memory
//   auto done = session.fuse(frame.view(), *source, {.strength = 0.9f}, out);
//   if (!done.ok()) return report(done.status());
//   auto saved = mien::write_image(out, frame_metadata, "result.png");      // mien/media.h
//
// The library never prints, exits, throws across these calls or reads environment variables.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mien/face.h"
#include "mien/fused_image.h"
#include "mien/identity.h"
#include "mien/image.h"
#include "mien/quality.h"
#include "mien/status.h"

namespace mien {

// How much work one face gets. All modes share the flow; they differ in the network that relights, fills in
// and seams.
enum class Mode {
  kFast,      // fuse_tiny
  kBalanced,  // fuse_small
  kHd,        // fuse_base; photos: then refine
};

// What the networks see of a picture with little light. Pixels that get into a result are never changed by
// it.
enum class LowLight {
  kAuto,  // dark looks are brightened first; looks in ordinary light stay as they are, bit by bit
  kOff,
};

struct EngineOptions {
  std::filesystem::path models_folder;  // holds manifest.json; see installed_models_folder()
  int threads = 1;                      // that one session may use, 1..64, the calling one included
  Mode mode = Mode::kBalanced;          // only the weights that this mode needs are loaded
  LowLight low_light = LowLight::kAuto;
  // The weights of all modes are loaded, and their time on this machine is taken: for FusionOptions::mode and
  // budget_ms. `mode` is what counts without them.
  bool every_mode = false;

  Done validate() const;
};

// Which of the target's faces are changed.
enum class FaceChoice {
  kAll,
  kLargest,
  kNumber,  // FusionOptions::face_number, counted in FusionOptions::order
  kNear,    // the face nearest to FusionOptions::near; photos only
};

// How the fused face joins the target. Outside of the face's mask all leave every bit as it was.
enum class BlendMode {
  kAlpha,      // a feathered mask
  kPoisson,    // the fused face's gradients, fitted to the target's colours around it (gradient domain)
  kMultiband,  // coarse scales blended over wide bands, fine ones over narrow bands
  kMixed,      // kPoisson with the target's gradients where they are larger: its wrinkles, freckles and beard
               // show through
};

// How faces are numbered, from 1 on.
enum class FaceOrder { kLeftToRight, kLargeToSmall };

struct FusionOptions {
  float strength = 1.0f;  // 0: the target unchanged, 1: the source's face
  FaceChoice faces = FaceChoice::kAll;
  int face_number = 1;  // for kNumber
  Point2f near = {};    // for kNear, frame pixels
  FaceOrder order = FaceOrder::kLeftToRight;
  float min_similarity = kSamePersonFrom;  // of a face to a Casting's reference, -1..1
  bool measure_identity =
      false;                 // photos: fill FaceReport's similarities, two more network runs per fused face
  bool visible_mark = true;  // draw the mark that says the picture is synthetic
  BlendMode blend = BlendMode::kAlpha;
  // Faces wider than so many pixels are worked on at that width, which takes less time and leaves them softer
  // than their frame; 0: at their own up to 1024. The networks always look at 128 pixels, refine (hd) at 256
  // or 512.
  int resolution = 0;
  // When the fused skin's mean colour still differs from the target's by more than this (CIEDE2000, 0..100),
  // it is moved towards it ...
  float tone_threshold = 5;
  float tone_strength = 1;  // ... by this share, 0..1
  // Instead of the engine's, when EngineOptions::every_mode: of what there are weights for, the nearest
  // below.
  std::optional<Mode> mode = {};
  // Of a photo, with EngineOptions::every_mode: the best mode (up to `mode`) with which all faces are
  // expected to be done in this time, from the call on; the simplest when none is. Streams have a Governor.
  std::optional<double> budget_ms = {};

  Done validate() const;
};

// One face of a picture, described.
struct FaceInfo {
  int number = 0;  // 1 is the first in the order that was asked for
  Face face;
  FaceQuality quality;
  std::vector<QualityRemark> remarks;  // as a target
  std::optional<Identity> identity;    // empty without the network for it
};

// One face of the target and what became of it.
struct FaceReport {
  int number = 0;  // 1 is the first in FusionOptions::order
  Face face;
  bool fused = false;
  std::string note;     // why not, or warnings; empty when all is well
  FaceQuality quality;  // of faces that were chosen
  std::vector<QualityRemark> remarks;
  float pose_gap_deg = 0;  // larger difference of yaw and pitch between source and target
  float skin_delta_e_before =
      0;  // CIEDE2000 of the mean skin colours, target's and source's with brightness matched (V of HSV)
  float skin_delta_e_after = 0;  // target's and fused face's; both 0 when too little skin is seen
  // The same of the person's right half of the face and the left one, relit: before and after the tone's
  // correction.
  std::array<float, 2> side_delta_e_before{}, side_delta_e_after{};
  int casting = -1;  // which entry of the cast was meant for this face; -1: none
  // To that entry's reference; of a face that nobody claims to the reference that it is most like.
  std::optional<float> reference_similarity;
  std::optional<float> similarity_before,
      similarity_after;  // to the source; see FusionOptions::measure_identity
};

// A reference whose person is not among the chosen faces.
struct MissingPerson {
  int casting = 0;  // which entry of the cast
  float best_similarity =
      0;  // of the face that came nearest and was not given to another reference; -1 when there was none
};

struct StageReport {
  std::string stage;
  double milliseconds = 0;
};

struct FusionReport {
  std::vector<FaceReport> faces;  // every face found, in FusionOptions::order
  std::vector<MissingPerson> missing;
  std::vector<StageReport> stages;  // in the order they ran
  Mode mode = Mode::kBalanced;  // in which they were fused: the engine's, or what was chosen for the frame
  std::string network;          // of that mode, "fuse_base + refine" for photos in hd; empty: none
  int fused_count() const;
};

// A person enrolled from one photo or several: pixels, mesh, shape, identity. Move only; may be used by
// several sessions at once.
class Source {
 public:
  struct Content;  // internal
  explicit Source(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  Source(Source&&) noexcept = default;
  Source& operator=(Source&&) noexcept = default;

  const Face& face() const;  // in the photo's pixels (of the best photo, when there were several)
  const std::vector<std::string>& warnings()
      const;  // sentences: closed eyes, small face, a photo of somebody else, ...
  const std::optional<Identity>& identity() const;  // empty without the network for it
  int photo_count() const;                          // photos that went into it
  const Content& content() const { return *content_; }

 private:
  std::shared_ptr<const Content> content_;
};

class FaceTracker;  // mien/video.h

// A frame of a stream.
struct StreamFrame {
  ImageView picture;
  double seconds = 0;
};

// For fuse_next(), where frames are at hand before they are due: a session of several threads looks at the
// next frame while it fuses this one. Results are those of one frame after the other, bit by bit.
struct LookAhead {
  // The frame after this one, or nothing: there is none, or it is not there yet. Called once at most, on any
  // thread. Its pixels stay until the next call of fuse_next() has returned, which has to be about it; cast
  // and options are this call's. Until then the tracker is not to be saved or reset; other options hold from
  // the frame after that one.
  std::function<std::optional<StreamFrame>()> next;
  // Called on the calling thread when `out` is finished, while the next frame may still be looked at.
  std::function<void(const FusionReport&)> finished;
};

// Which source goes onto whom.
struct Casting {
  const Source* source = nullptr;
  const Identity* reference =
      nullptr;  // the one face that looks like this; null: every chosen face that no reference claims
};

class Session;

// Weights and tables: const after creation, shared between threads, must outlive nothing (sessions keep what
// they need).
class Engine {
 public:
  static Result<Engine> create(const EngineOptions& options);
  Engine(Engine&&) noexcept = default;
  Engine& operator=(Engine&&) noexcept = default;

  Session open_session() const;

  // The same engine for fuse_next() alone, with sources of this one: when this one and its sessions are gone,
  // so are the networks that only photos need (13 MB). by_reference: people will be found by reference. The
  // network that looks for glasses is read when the first suspected pair is met: the models folder has to
  // stay.
  Engine for_streams(bool by_reference) const;

  // Whether similarities can be told, and people be found by reference.
  bool knows_identities() const;

  // A source as bytes (docs/enrol-file.md), at most 1 MB, and back. unpack() says kUnreadable when the bytes
  // are damaged, cut short or of a newer version, kInvalidArgument when this engine's face model is another.
  Result<std::vector<std::uint8_t>> pack(const Source& source) const;
  Result<Source> unpack(std::span<const std::uint8_t> bytes) const;

  // The network that refines the fused face, like "fuse_small"; empty when the models folder has none for the
  // mode or below: the classical result stands.
  const std::string& fusion_network() const;

  // The modes that differ from each other, the simplest first: those that have weights, and the fast one
  // (without weights the classical result). One without EngineOptions::every_mode.
  std::vector<Mode> modes() const;

  // The networks that take part, with their hashes' first 8 digits: "mesh:1a2b3c4d". What Provenance::models
  // will say.
  std::vector<std::string> networks() const;

  struct Parts;  // internal

 private:
  explicit Engine(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// Scratch memory for one thread or stream. Not thread safe; move only.
class Session {
 public:
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  // All faces, left to right. An empty list is no error.
  Result<std::vector<Face>> find_faces(ImageView picture);

  // The same with what was measured and who it is.
  Result<std::vector<FaceInfo>> describe_faces(ImageView picture, FaceOrder order = FaceOrder::kLeftToRight);

  // The largest face of the photo. kNoFace when there is none that can be used.
  Result<Source> enrol(ImageView photo);

  // The largest face of each of several photos of one person: pixels from where it is seen best, shape and
  // identity averaged. Photos without a usable face or of another person are left out; warnings() says so.
  // kNoFace when none is left.
  Result<Source> enrol(std::span<const ImageView> photos);

  // What the networks say about a source photo, as bytes that hold nothing of the photo but what was painted
  // where glasses or hair hid the face: enrolling the same photo with them runs no network and gives the same
  // source. Bytes of another engine version or other weights must not be passed; damaged ones give
  // kUnreadable.
  Result<std::vector<std::uint8_t>> analyse(ImageView photo);
  Result<Source> enrol(ImageView photo, std::span<const std::uint8_t> analysis);

  // Puts the source's face on the frame's faces. A frame without faces is no error: `out` has its pixels and
  // says "not fused". The frame may be a view of `out`, to fuse once more: its record then keeps what was
  // done before. kInvalidArgument for a bad view, options out of range, or a cast that makes no sense.
  Result<FusionReport> fuse(ImageView frame, const Source& source, const FusionOptions& options,
                            FusedImage& out);

  // The same for the next frame of a stream, whose faces the tracker follows: FaceReport::number stays a
  // face's own as long as it is followed, and a number that nobody has is no error. The tone is not
  // corrected: its threshold would flicker. seconds: the frame's time.
  Result<FusionReport> fuse_next(ImageView frame, double seconds, FaceTracker& tracker, const Source& source,
                                 const FusionOptions& options, FusedImage& out);
  // Several sources, each onto the person who looks like its reference; see fuse(). People keep their source
  // when they cross, or leave and return. FusionReport::missing is about this frame. The same cast for all
  // frames of a stream.
  Result<FusionReport> fuse_next(ImageView frame, double seconds, FaceTracker& tracker,
                                 std::span<const Casting> cast, const FusionOptions& options, FusedImage& out,
                                 const LookAhead& ahead = {});
  // Several sources: each onto the person who looks like its reference. A reference gets one face at most,
  // the one that fits best; faces that nobody claims stay untouched. kModelRefused when references are given
  // and the network for it is not there.
  Result<FusionReport> fuse(ImageView frame, std::span<const Casting> cast, const FusionOptions& options,
                            FusedImage& out);

 private:
  friend class Engine;
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "0.1.0"
const char* engine_version();

// Whether bytes begin like a packed source (a .mien file), whole or not.
bool looks_like_packed_source(std::span<const std::uint8_t> bytes);

// Where an installed program finds its models: ../share/mien/models beside the running executable, else
// models/ in one of the folders above it (a build tree). kNotFound with the places that were tried.
Result<std::filesystem::path> installed_models_folder();

}  // namespace mien
