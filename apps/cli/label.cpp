// mien label show|verify
#include "mien/label.h"

#include <cstdio>
#include <memory>

#include "commands.h"
#include "report.h"
#include "terminal.h"

namespace mien::cli {
namespace {

struct LabelOptions {
  std::filesystem::path file;
  bool json = false;
};

nlohmann::json label_json(const LabelRecord& label) {
  nlohmann::json json;
  json["digital_source_type"] = label.digital_source_type;
  if (label.aigc) json["aigc"] = {{"json", label.aigc->json}, {"well_formed", label.aigc->well_formed()}, {"label", label.aigc->label}, {"content_producer", label.aigc->content_producer}, {"produce_id", label.aigc->produce_id}};
  json["prior"] = {{"digital_source_types", label.prior_digital_source_types}, {"aigc", label.prior_aigc}, {"c2pa", label.prior_c2pa}};
  json["made_by_mien"] = label.made_by_mien;
  if (label.made_by_mien) json["mien"] = {{"version", label.engine_version}, {"faces", label.face_count}, {"models", label.models}, {"visible_mark", label.visible_mark}};
  json["labelled_as_synthetic"] = label.labelled_as_synthetic();
  json["problems"] = label.problems();
  return json;
}

void print_label(const LabelRecord& label) {
  std::printf("labelled as synthetic: %s\n", label.labelled_as_synthetic() ? "yes" : "no");
  std::printf("digital source type:   %s\n", label.digital_source_type.empty() ? "none" : label.digital_source_type.c_str());
  std::printf("AIGC label:            %s\n", label.aigc ? label.aigc->json.c_str() : "none");
  if (label.made_by_mien) {
    std::printf("made by:               Mien %s, %d faces changed, visible mark: %s\n", label.engine_version.c_str(), label.face_count, label.visible_mark ? "yes" : "no");
    for (const std::string& model : label.models) std::printf("  network:             %s\n", model.c_str());
  }
  for (const std::string& type : label.prior_digital_source_types) std::printf("before that:           %s\n", type.c_str());
  for (const std::string& aigc : label.prior_aigc) std::printf("before that:           %s\n", aigc.c_str());
  for (const std::string& problem : label.problems()) std::printf("missing:               %s\n", problem.c_str());
}

int show(const LabelOptions& options) {
  const auto label = read_label(options.file);
  if (!label.ok()) return report_error(label.status());
  if (options.json) {
    print_json(label_json(*label));
  } else {
    print_label(*label);
  }
  return kDone;
}

int verify(const LabelOptions& options) {
  const Done good = verify_label(options.file);
  if (!good.ok()) return report_error(good.status());
  std::printf("%s: labelled as synthetic\n", options.file.c_str());
  return kDone;
}

}  // namespace

Command add_label(CLI::App& app) {
  auto o = std::make_shared<LabelOptions>();
  CLI::App* show_app = app.add_subcommand("show", "Print what a file says about how it was made");
  show_app->add_option("file", o->file, "Picture")->required();
  show_app->add_flag("--json", o->json, "Print as JSON");
  CLI::App* verify_app = app.add_subcommand("verify", "Check that a file is labelled as synthetic (exit code 8 when it is not)");
  verify_app->add_option("file", o->file, "Picture")->required();
  app.require_subcommand(1);
  return [o, show_app] { return show_app->parsed() ? show(*o) : verify(*o); };
}

}  // namespace mien::cli
