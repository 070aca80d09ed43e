// mien faces
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "contact_sheet.h"
#include "core/try.h"
#include "face_choice.h"
#include "media/encode.h"
#include "media/file_io.h"
#include "media/label.h"
#include "mien/media.h"
#include "people.h"
#include "report.h"
#include "shared_options.h"
#include "terminal.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;

struct FacesOptions {
  fs::path photo, sheet, reference;
  FaceChoiceOptions choice;
  bool json = false, overwrite = false, no_cache = false;
};

struct Faces {
  std::vector<FaceInfo> list;
  std::vector<std::optional<float>> similarity;  // to the reference
};

bool refused(const FaceInfo& face) {
  return std::any_of(face.remarks.begin(), face.remarks.end(),
                     [](const QualityRemark& r) { return r.refuses; });
}

template <class... Values>
std::string text(const char* format, Values... values) {
  char out[128];
  std::snprintf(out, sizeof out, format, values...);
  return out;
}

std::vector<std::string> sheet_lines(const FaceInfo& face, std::optional<float> similarity) {
  const FaceQuality& q = face.quality;
  const auto d = [](float v) { return static_cast<double>(v); };
  std::vector<std::string> lines = {
      text("%d: %.0f PX WIDE", face.number, d(q.width_px)),
      text("YAW %+.0f PITCH %+.0f", whole_degrees(face.face.pose.yaw_deg),
           whole_degrees(face.face.pose.pitch_deg)),
      text("SHARP %.2f COVERED %.0f%%", d(q.sharpness), d(100 * q.covered_share))};
  if (similarity) lines.push_back(text("LIKE REFERENCE %.2f", d(*similarity)));
  std::string reasons;
  for (const QualityRemark& r : face.remarks)
    reasons += (reasons.empty() ? "" : " - ") + std::string(reason_name(r.reason));
  for (char& c : reasons) c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!reasons.empty()) lines.push_back(reasons);
  return lines;
}

Done write_sheet(const Faces& faces, const Photo& photo, const FacesOptions& options) {
  const auto format = format_from_extension(options.sheet);  // there is one: check_output() looked
  std::vector<SheetCell> cells;
  for (std::size_t i = 0; i < faces.list.size(); ++i)
    cells.push_back(
        {faces.list[i].face, sheet_lines(faces.list[i], faces.similarity[i]), refused(faces.list[i])});
  const Image sheet = contact_sheet(photo.image.view(), cells);
  MIEN_ASSIGN(const Bytes bytes,
              encode_plain(sheet.view(), metadata_of_drawing(photo.metadata), *format, 92));
  return write_file(options.sheet, bytes, options.overwrite ? IfExists::kReplace : IfExists::kRefuse);
}

nlohmann::json faces_json(const Faces& faces, const Photo& photo, const FacesOptions& options) {
  nlohmann::json json;
  json["photo"] = options.photo.string();
  json["size_px"] = {photo.image.width(), photo.image.height()};
  json["faces"] = nlohmann::json::array();
  for (std::size_t i = 0; i < faces.list.size(); ++i) {
    const FaceInfo& face = faces.list[i];
    nlohmann::json one = face_json(face.face, false);
    one["number"] = face.number;
    one["usable"] = !refused(face);
    one["quality"] = quality_json(face.quality);
    one["remarks"] = remarks_json(face.remarks);
    if (faces.similarity[i]) one["reference_similarity"] = *faces.similarity[i];
    json["faces"].push_back(std::move(one));
  }
  return json;
}

void print_faces(const Faces& faces, const Photo& photo, const FacesOptions& options) {
  std::printf("%s: %d x %d px, %s\n", options.photo.c_str(), photo.image.width(), photo.image.height(),
              faces_in_words(faces.list.size()).c_str());
  for (std::size_t i = 0; i < faces.list.size(); ++i) {
    const FaceInfo& face = faces.list[i];
    const auto d = [](float v) { return static_cast<double>(v); };
    std::printf("  %d: %.0f px wide at %.0f,%.0f  yaw %+.0f pitch %+.0f  sharpness %.2f  covered %.0f %%",
                face.number, d(face.quality.width_px), d(face.face.box.centre().x),
                d(face.face.box.centre().y), whole_degrees(face.face.pose.yaw_deg),
                whole_degrees(face.face.pose.pitch_deg), d(face.quality.sharpness),
                d(100 * face.quality.covered_share));
    if (faces.similarity[i]) std::printf("  like the reference %.2f", d(*faces.similarity[i]));
    std::printf("\n");
    for (const QualityRemark& r : face.remarks)
      std::printf("     %s: %s\n", r.refuses ? "not usable" : "remark", r.sentence.c_str());
  }
}

Result<Faces> look(const FacesOptions& options, const Common& common, const Photo& photo) {
  MIEN_ASSIGN(const fs::path models, models_folder(common));
  MIEN_ASSIGN(const Engine engine, Engine::create(common.engine_options(models)));
  Session session = engine.open_session();
  Faces out;
  MIEN_ASSIGN(out.list, session.describe_faces(photo.image.view(), order_of(options.choice)));
  out.similarity.resize(out.list.size());
  if (options.reference.empty()) return out;
  MIEN_ASSIGN(const Identity reference,
              load_reference(options.reference,
                             {engine, session, models,
                              options.no_cache || common.low_light == "off" ? PhotoCache::disabled()
                                                                            : PhotoCache::of_user()}));
  for (std::size_t i = 0; i < out.list.size(); ++i) {
    if (out.list[i].identity) out.similarity[i] = similarity(*out.list[i].identity, reference);
  }
  return out;
}

Result<int> faces(const FacesOptions& options, const Common& common) {
  if (!options.sheet.empty()) {
    MIEN_TRY(output_is_none_of({options.photo, options.reference}, options.sheet));
    MIEN_TRY(check_not_there(options.overwrite, options.sheet));
    MIEN_TRY(check_output(options.sheet, {92, {}, options.overwrite}));
  }
  MIEN_ASSIGN(const Photo photo, read_photo(options.photo));
  if (!photo.remark.empty()) remark(options.photo.string() + ": " + photo.remark);
  MIEN_ASSIGN(const Faces found, look(options, common, photo));
  if (!options.sheet.empty() && !found.list.empty()) MIEN_TRY(write_sheet(found, photo, options));
  if (options.json) {
    print_json(faces_json(found, photo, options));
  } else {
    print_faces(found, photo, options);
  }
  if (!found.list.empty()) return static_cast<int>(kDone);
  remark(options.photo.string() + ": no face was found" +
         (options.sheet.empty() ? "" : ", so " + options.sheet.string() + " was not written") + "; " +
         kNoFaceAdvice);
  return static_cast<int>(kNoUsableFace);
}

}  // namespace

Command add_faces(Arguments& app, const Common& common) {
  auto o = std::make_shared<FacesOptions>();
  app.add_option("photo", o->photo, "Photo to look at").required();
  app.add_option("-o,--output", o->sheet, "Write a contact sheet: each face with its number and figures");
  app.add_option("--reference", o->reference,
                 "Say how much each face looks like the person in this photo or .mien file");
  add_order_option(app, &o->choice);
  app.add_flag("--json", o->json, "Print the faces as JSON");
  app.add_flag("--overwrite", o->overwrite, "Replace an existing output");
  app.add_flag("--no-cache", o->no_cache, "Do not remember what the networks said about the reference");
  app.footer(
      "The numbers are those of mien swap --face N.\nExample: mien faces party.jpg -o sheet.png --reference "
      "anna.jpg");
  return [o, &common] {
    auto code = faces(*o, common);
    return code.ok() ? *code : report_failure(code.status(), o->json);
  };
}

}  // namespace mien::cli
