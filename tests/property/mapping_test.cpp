// Who gets whom, on collages of the example pictures: the right source for every person, others untouched.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>

#include "core/resample.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "mien/video.h"

namespace mien {
namespace {

const std::string kRoot = MIEN_SOURCE_DIR;
constexpr int kTile = 320;

// The example pictures with one person each.
constexpr std::array<const char*, 4> kSingle = {"source_1.jpg", "source_2.jpg", "target_1.jpg",
                                                "target_3.jpg"};

Image example(const std::string& name) {
  auto photo = read_photo(kRoot + "/examples/" + name);
  EXPECT_TRUE(photo.ok());
  return std::move(photo->image);
}

// A square tile around a face, optionally mirrored and brighter.
Image tile(ImageView photo, const Face& face, bool mirrored, float brightness) {
  const float k = 0.55f * kTile / face.box.width();
  const Point2f c = face.box.centre();
  Affine map{k, 0, kTile / 2.0f - k * c.x, 0, k, kTile / 2.0f - k * c.y};
  if (mirrored) map = compose(Affine{-1, 0, kTile - 1, 0, 1, 0}, map);
  PlanarRgb pixels;
  sample_affine(photo, map, kTile, kTile, &pixels);
  Image out(kTile, kTile, PixelFormat::kRgb8);
  for (std::size_t i = 0; i < pixels.plane(); ++i) {
    for (int ch = 0; ch < 3; ++ch)
      out.mutable_view().data[3 * i + ch] =
          static_cast<std::uint8_t>(std::clamp(brightness * pixels.channel(ch)[i], 0.0f, 255.0f));
  }
  return out;
}

class Mapping : public testing::Test {
 protected:
  struct Person {
    Image tile, reference_tile;
    Identity reference;
  };

  static void SetUpTestSuite() {
    auto engine = Engine::create({kRoot + "/models", 1});
    ASSERT_TRUE(engine.ok()) << engine.status().message();
    ASSERT_TRUE(engine->knows_identities());
    session_ = new Session(engine->open_session());
    people_ = new std::vector<Person>();
    sources_ = new std::vector<Source>();
    for (const char* name : kSingle) add_people_of(name);
    add_people_of("target_2.jpg");
    for (const char* name : {"source_1.jpg", "source_2.jpg", "target_1.jpg"}) {
      auto source = session_->enrol(example(name).view());
      ASSERT_TRUE(source.ok());
      sources_->push_back(std::move(*source));
    }
  }
  static void TearDownTestSuite() { delete sources_, delete people_, delete session_; }

  static void add_people_of(const std::string& name) {
    const Image photo = example(name);
    const auto faces = session_->find_faces(photo.view());
    ASSERT_TRUE(faces.ok());
    for (const Face& face : *faces) {
      Person person{tile(photo.view(), face, false, 1.0f), tile(photo.view(), face, true, 0.8f), {}};
      const auto reference = session_->enrol(person.reference_tile.view());
      ASSERT_TRUE(reference.ok()) << name << ": " << reference.status().message();
      ASSERT_TRUE(reference->identity().has_value());
      person.reference = *reference->identity();
      people_->push_back(std::move(person));
    }
  }

  // The people side by side.
  static Image collage(const std::vector<std::size_t>& order) {
    Image out(kTile * static_cast<int>(order.size()), kTile, PixelFormat::kRgb8);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const ImageView from = (*people_)[order[i]].tile.view();
      for (int y = 0; y < kTile; ++y)
        std::memcpy(out.mutable_view().row(y) + 3 * kTile * static_cast<int>(i), from.row(y), 3 * kTile);
    }
    return out;
  }

  static Session* session_;
  static std::vector<Person>* people_;
  static std::vector<Source>* sources_;
};
Session* Mapping::session_ = nullptr;
std::vector<Mapping::Person>* Mapping::people_ = nullptr;
std::vector<Source>* Mapping::sources_ = nullptr;

TEST_F(Mapping, ThreeSourcesFindTheirPeopleAmongFiveHoweverTheyStand) {
  ASSERT_GE(people_->size(), 5u);
  std::mt19937 random(4);
  std::vector<std::size_t> order(people_->size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (int round = 0; round < 4; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    const std::vector<std::size_t> shown(order.begin(), order.begin() + 5);
    std::vector<std::size_t> wanted = shown;
    std::shuffle(wanted.begin(), wanted.end(), random);
    wanted.resize(3);
    std::vector<Casting> cast;
    for (std::size_t k = 0; k < 3; ++k) cast.push_back({&(*sources_)[k], &(*people_)[wanted[k]].reference});
    const Image target = collage(shown);
    FusedImage out;
    const auto report = session_->fuse(target.view(), cast, {.visible_mark = false}, out);
    ASSERT_TRUE(report.ok()) << report.status().message();
    ASSERT_EQ(report->faces.size(), 5u);
    EXPECT_TRUE(report->missing.empty());
    for (std::size_t i = 0; i < 5; ++i) {
      const auto claimed = std::find(wanted.begin(), wanted.end(), shown[i]);
      const int expected = claimed == wanted.end() ? -1 : static_cast<int>(claimed - wanted.begin());
      const FaceReport& face = report->faces[i];
      EXPECT_EQ(face.casting, expected) << "round " << round << ", face " << i + 1;
      EXPECT_EQ(face.fused, expected >= 0) << face.note;
      // Faces that nobody claims keep every bit.
      const int x0 = kTile * static_cast<int>(i);
      bool same = true;
      for (int y = 0; y < kTile; ++y)
        same = same && std::memcmp(out.view().row(y) + 3 * x0, target.view().row(y) + 3 * x0, 3 * kTile) == 0;
      EXPECT_EQ(same, expected < 0) << "round " << round << ", face " << i + 1;
    }
  }
}

TEST_F(Mapping, APersonWhoIsNotThereIsReportedAndTheRestGetsTheSourceWithoutReference) {
  const Image target = collage({0, 1});
  const std::vector<Casting> cast = {{&(*sources_)[2], &(*people_)[2].reference}, {&(*sources_)[1], nullptr}};
  FusedImage out;
  const auto report = session_->fuse(target.view(), cast, {.visible_mark = false}, out);
  ASSERT_TRUE(report.ok()) << report.status().message();
  ASSERT_EQ(report->missing.size(), 1u);
  EXPECT_EQ(report->missing[0].casting, 0);
  EXPECT_LT(report->missing[0].best_similarity, kSamePersonFrom);
  for (const FaceReport& face : report->faces) EXPECT_EQ(face.casting, 1);
}

TEST_F(Mapping, SimilarityToTheSourceRisesAndIsReportedWhenAsked) {
  const Image target = collage({3});
  FusedImage out;
  const auto report =
      session_->fuse(target.view(), (*sources_)[2], {.measure_identity = true, .visible_mark = false}, out);
  ASSERT_TRUE(report.ok()) << report.status().message();
  ASSERT_EQ(report->fused_count(), 1);
  ASSERT_TRUE(report->faces[0].similarity_before && report->faces[0].similarity_after);
  EXPECT_GT(*report->faces[0].similarity_after, *report->faces[0].similarity_before + 0.2f);
}

TEST_F(Mapping, ACastNeedsSources) {
  const Image target = collage({0});
  FusedImage out;
  EXPECT_EQ(session_->fuse(target.view(), std::span<const Casting>(), {}, out).status().code(),
            Code::kInvalidArgument);
  const std::vector<Casting> twice = {{&(*sources_)[0], nullptr}, {&(*sources_)[1], nullptr}};
  EXPECT_EQ(session_->fuse(target.view(), twice, {}, out).status().code(), Code::kInvalidArgument);
}

TEST_F(Mapping, APackedSourceGivesTheSamePictureNearlyAndAnAnalysisBitByBit) {
  auto engine = Engine::create({kRoot + "/models", 1});
  const Image photo = example("source_1.jpg"), target = collage({2});
  const auto bytes = engine->pack((*sources_)[0]);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  EXPECT_TRUE(looks_like_packed_source(*bytes));
  const auto unpacked = engine->unpack(*bytes);
  ASSERT_TRUE(unpacked.ok()) << unpacked.status().message();
  const auto analysis = session_->analyse(photo.view());
  ASSERT_TRUE(analysis.ok());
  const auto again = session_->enrol(photo.view(), *analysis);
  ASSERT_TRUE(again.ok()) << again.status().message();
  FusedImage plain, packed, analysed;
  ASSERT_TRUE(session_->fuse(target.view(), (*sources_)[0], {}, plain).ok());
  ASSERT_TRUE(session_->fuse(target.view(), *unpacked, {}, packed).ok());
  ASSERT_TRUE(session_->fuse(target.view(), *again, {}, analysed).ok());
  const std::size_t size = static_cast<std::size_t>(plain.view().stride_bytes) * plain.view().height;
  EXPECT_EQ(std::memcmp(plain.view().data, analysed.view().data, size), 0);
  double error = 0;
  for (std::size_t i = 0; i < size; ++i) error += std::abs(plain.view().data[i] - packed.view().data[i]);
  EXPECT_LT(error / static_cast<double>(size), 0.6);
}

// The first person passes in front of the second: by place alone they could leave with each other's number.
TEST_F(Mapping, PeopleWhoCrossKeepTheirSource) {
  constexpr int kStep = 16, kRoom = kTile + kTile / 2;
  const std::vector<Casting> cast = {{&(*sources_)[0], &(*people_)[2].reference},
                                     {&(*sources_)[1], &(*people_)[3].reference}};
  FaceTracker tracker;
  FusedImage out;
  int told_apart = 0;
  for (int frame = 0; frame * kStep <= kRoom; ++frame) {
    Image picture(kTile + kRoom, kTile, PixelFormat::kRgb8);
    const int x_of[2] = {frame * kStep, kRoom - frame * kStep};
    for (const int who : {1, 0}) {
      const ImageView tile = (*people_)[static_cast<std::size_t>(2 + who)].tile.view();
      for (int y = 0; y < kTile; ++y)
        std::memcpy(picture.mutable_view().row(y) + 3 * x_of[who], tile.row(y),
                    static_cast<std::size_t>(3) * kTile);
    }
    const auto report =
        session_->fuse_next(picture.view(), 0.04 * frame, tracker, cast, {.strength = 0}, out);
    ASSERT_TRUE(report.ok()) << report.status().message();
    if (std::abs(x_of[0] - x_of[1]) < kTile) continue;  // one hides the other
    for (const FaceReport& face : report->faces) {
      const float centre = face.face.box.centre().x - kTile / 2.0f;
      const int who =
          std::abs(centre - static_cast<float>(x_of[0])) < std::abs(centre - static_cast<float>(x_of[1])) ? 0
                                                                                                          : 1;
      EXPECT_EQ(face.casting, who) << "frame " << frame;
      ++told_apart;
    }
  }
  EXPECT_GE(told_apart, 2 * (kRoom - kTile) / kStep) << "both faces are seen while they are apart";
}

}  // namespace
}  // namespace mien
