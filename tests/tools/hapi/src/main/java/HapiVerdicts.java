import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/**
 * Reads documents from standard input, one a line, and answers each with one line: how many errors
 * HAPI's validator found, then each error behind a tab. Its only argument is the folder of the guide.
 */
public final class HapiVerdicts {
  private static final List<String> KINDS = List.of("StructureDefinition-", "ValueSet-", "CodeSystem-");

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: HapiVerdicts GUIDE_FOLDER");
      System.exit(2);
    }
    FhirValidator validator = validator(Path.of(arguments[0]));
    // HAPI prints what it stumbles over on the way to a verdict.
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader documents =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String document; (document = documents.readLine()) != null; ) {
      List<String> errors = errors(validator, document);
      answers.println(
          Stream.concat(Stream.of(String.valueOf(errors.size())), errors.stream())
              .collect(Collectors.joining("\t")));
      answers.flush();
    }
  }

  private static List<String> errors(FhirValidator validator, String document) {
    try {
      return validator.validateWithResult(document).getMessages().stream()
          .filter(message -> message.getSeverity().ordinal() >= ResultSeverityEnum.ERROR.ordinal())
          .map(HapiVerdicts::line)
          .toList();
    } catch (RuntimeException | Error failure) {
      // It gives up on some documents; that is a refusal, and the next document is another matter.
      return List.of(oneLine("HAPI gave up: " + failure));
    }
  }

  private static String line(SingleValidationMessage message) {
    return oneLine(message.getLocationString() + " | " + message.getMessage());
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\t\\r\\n]+", " ");
  }

  /** R4 and the guide; a code system that neither has is no error, as nobody is asked over the network. */
  private static FhirValidator validator(Path guide) throws IOException {
    FhirContext context = FhirContext.forR4();
    UnknownCodeSystemWarningValidationSupport unknownSystems =
        new UnknownCodeSystemWarningValidationSupport(context);
    unknownSystems.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING);
    ValidationSupportChain chain =
        new ValidationSupportChain(
            new DefaultProfileValidationSupport(context),
            definitions(context, guide),
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context),
            new SnapshotGeneratingValidationSupport(context),
            unknownSystems);
    FhirInstanceValidator module = new FhirInstanceValidator(chain);
    module.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    module.setAnyExtensionsAllowed(true);
    module.setErrorForUnknownProfiles(false);
    return context.newValidator().registerValidatorModule(module);
  }

  private static PrePopulatedValidationSupport definitions(FhirContext context, Path guide)
      throws IOException {
    PrePopulatedValidationSupport definitions = new PrePopulatedValidationSupport(context);
    try (Stream<Path> files = Files.list(guide)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".json") && KINDS.stream().anyMatch(name::startsWith)) {
          definitions.addResource(context.newJsonParser().parseResource(Files.readString(file)));
        }
      }
    }
    return definitions;
  }
}
