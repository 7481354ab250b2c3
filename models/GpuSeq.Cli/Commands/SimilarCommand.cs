using System.CommandLine;
using GpuSeq.Models;
using GpuSeq.Models.Embeddings;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq similar</c>.</summary>
internal static class SimilarCommand
{
    public static Command Create(CommandOutput output)
    {
        var source = new Argument<string>("RUN-OR-FILE")
        {
            Description = "The folder of a run or model with word vectors, or a file of word2vec's text or binary form; with --sentences, "
                + "the folder of a model of BERT's family.",
        };
        var words = new Argument<string[]>("WORD")
        {
            Description = "The words, or with --sentences texts.",
            Arity = ArgumentArity.OneOrMore,
        };
        var sentences = new Option<string?>("--sentences")
        {
            Description = "A file: rank its lines by how near their vectors lie to each text.",
            HelpName = "FILE",
        };
        var embedding = new EmbeddingArguments();
        var count = CommonOptions.Number("--count", "How many to show for each.", 10, 1);
        var analogy = new Option<bool>("--analogy")
        {
            Description = "Three words A B C: what is to C as B is to A, such as man king woman.",
        };
        var json = CommonOptions.Json();
        var command = new Command("similar", "Find the words, or the lines of a file, whose vectors lie nearest.")
        {
            source, words, sentences, count, analogy, json,
        };
        embedding.AddTo(command);
        var device = new DeviceOptions(command);
        command.SetAction(call =>
        {
            var asked = call.GetValue(words)!;
            if (call.GetValue(sentences) is { } file)
            {
                using var computer = device.Open(call);
                using var generator = TrainedModels.LoadEmbedder(computer, new(call.GetValue(source)!), embedding.Of(call));
                var found = Rank(generator, file, asked, call.GetValue(count));
                return Finish(output, call.GetValue(json), found, "TEXT", found.SelectMany(
                    answer => answer.Neighbors.Select(near => (answer.Query, near.Text, near.Similarity))));
            }
            if (call.GetValue(analogy) && asked.Length != 3)
            {
                throw new WrongCallException(
                    $"--analogy takes three words, such as man king woman, not {asked.Length}; see 'gpuseq similar --help'.");
            }
            var path = call.GetValue(source)!;
            var vectors = TrainedModels.LoadVectors(path);
            int[] places = [.. asked.Select(word => vectors.Find(word) ?? throw Unknown(path, word, vectors))];
            Answer<Neighbor>[] answers = call.GetValue(analogy)
                ? [new(string.Join(' ', asked), vectors.Analogies(places[0], places[1], places[2], call.GetValue(count)))]
                : [.. asked.Zip(places, (word, place) => new Answer<Neighbor>(word, vectors.Nearest(place, call.GetValue(count))))];
            return Finish(output, call.GetValue(json), answers, "WORD", answers.SelectMany(
                answer => answer.Neighbors.Select(near => (answer.Query, near.Word, near.Similarity))));
        });
        return command;
    }

    private static Answer<SimilarText>[] Rank(BertEmbeddingGenerator generator, string file, string[] queries, int count)
    {
        string[] lines = [.. TextFile.Read(file).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (lines.Length == 0)
            throw new DataException(file, "there are no lines in it");
        var index = TextIndex.Of(generator, lines).GetAwaiter().GetResult();
        var nearest = index.Nearest(queries, count).GetAwaiter().GetResult();
        return [.. queries.Zip(nearest, (query, texts) => new Answer<SimilarText>(query, texts))];
    }

    private static int Finish<T>(
        CommandOutput output, bool isJson, T answers, string what, IEnumerable<(string Query, string Near, double Similarity)> rows)
    {
        if (isJson)
            output.Json(answers);
        else
            output.Table(
                ["QUERY", what, "COSINE "],
                rows.Select(row => new[] { row.Query, row.Near, Format.Invariant($"{row.Similarity:0.000}") }));
        return ExitCode.Success;
    }

    private static DataException Unknown(string path, string word, WordVectorTable vectors)
    {
        var close = vectors.ClosestSpelling(word) is { } spelling ? $"; there is '{spelling}'" : "";
        return new(path, $"the word '{word}' is not known{close}");
    }

    private sealed record Answer<T>(string Query, IReadOnlyList<T> Neighbors);
}
