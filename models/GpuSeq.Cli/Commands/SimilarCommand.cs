using System.CommandLine;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq similar</c>.</summary>
internal static class SimilarCommand
{
    public static Command Create(CommandOutput output)
    {
        var source = new Argument<string>("RUN-OR-FILE")
        {
            Description = "The folder of a run or model with word vectors, or a file of word2vec's text or binary form.",
        };
        var words = new Argument<string[]>("WORD") { Description = "The words.", Arity = ArgumentArity.OneOrMore };
        var count = CommonOptions.Number("--count", "How many words to show for each.", 10, 1);
        var analogy = new Option<bool>("--analogy")
        {
            Description = "Three words A B C: what is to C as B is to A, such as man king woman.",
        };
        var json = CommonOptions.Json();
        var command = new Command("similar", "Find the words whose vectors lie nearest.") { source, words, count, analogy, json };
        command.SetAction(call =>
        {
            var asked = call.GetValue(words)!;
            if (call.GetValue(analogy) && asked.Length != 3)
            {
                throw new WrongCallException(
                    $"--analogy takes three words, such as man king woman, not {asked.Length}; see 'gpuseq similar --help'.");
            }
            var path = call.GetValue(source)!;
            var vectors = TrainedModels.LoadVectors(path);
            int[] places = [.. asked.Select(word => vectors.Find(word) ?? throw Unknown(path, word, vectors))];
            Answer[] answers = call.GetValue(analogy)
                ? [new(string.Join(' ', asked), vectors.Analogies(places[0], places[1], places[2], call.GetValue(count)))]
                : [.. asked.Zip(places).Select(pair => new Answer(pair.First, vectors.Nearest(pair.Second, call.GetValue(count))))];
            if (call.GetValue(json))
                output.Json(answers);
            else
                Show(output, answers);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Show(CommandOutput output, Answer[] answers)
    {
        var rows = answers.SelectMany(
            answer => answer.Neighbors.Select(near => new[] { answer.Query, near.Word, Format.Invariant($"{near.Similarity:0.000}") }));
        output.Table(["QUERY", "WORD", "COSINE "], rows);
    }

    private static DataException Unknown(string path, string word, WordVectorTable vectors)
    {
        var close = vectors.ClosestSpelling(word) is { } spelling ? $"; there is '{spelling}'" : "";
        return new(path, $"the word '{word}' is not known{close}");
    }

    private sealed record Answer(string Query, IReadOnlyList<Neighbor> Neighbors);
}
