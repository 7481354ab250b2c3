using System.CommandLine;
using System.Globalization;
using System.Text;
using GpuSeq.Models;

namespace GpuSeq.Cli.Commands;

/// <summary><c>gpuseq tokenizer</c>.</summary>
internal static class TokenizerCommand
{
    private const string EndOfText = "<|endoftext|>";
    private const int SmallestVocabulary = 256;

    public static Command Create(CommandOutput output) => new("tokenizer", "Turn text into tokens and back: train, encode, decode.")
    {
        Train(output),
        Encode(output),
        Decode(output),
    };

    private static Command Train(CommandOutput output)
    {
        var data = new Option<string?>("--data")
        {
            Description = "A text file, or a folder or zip archive of them; without it, a small built-in text.",
            HelpName = "PATH",
        };
        var kind = CommonOptions.Choice(
            "--kind",
            "What the tokens are: pieces of words as of GPT and RoBERTa (bpe), BERT (wordpiece) or ALBERT (unigram); characters; or bytes.",
            TokenizerKind.Bpe);
        var size = CommonOptions.Number("--vocab-size", "The most tokens of bpe, wordpiece and unigram.", 8000, SmallestVocabulary);
        var cased = new Option<bool>("--cased")
        {
            Description = "Wordpiece and unigram keep capitals and accents; else letters become small and accents go.",
        };
        var special = new Option<string[]>("--special")
        {
            Description = $"Special tokens of bpe, which get the first ids (default: {EndOfText}; RoBERTa: <s> <pad> </s> <unk> <mask>).",
            HelpName = "TOKEN",
            AllowMultipleArgumentsPerToken = true,
        };
        var folder = new Option<string>("--out") { Description = "The folder for its files.", HelpName = "DIR", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("train", "Learn a tokenizer from text.") { data, kind, size, cased, special, folder, json };
        command.SetAction(call =>
        {
            var (path, tokens) = (call.GetValue(folder)!, call.GetValue(kind)!);
            var own = call.GetValue(special) is { Length: > 0 } given ? given : tokens == "bpe" ? [EndOfText] : Array.Empty<string>();
            if (call.GetValue(cased) && tokens is not ("wordpiece" or "unigram"))
                throw new WrongCallException($"--cased is for wordpiece and unigram; {tokens} keeps capitals always.");
            if (Tokenizers.AreIn(path))
                throw new DataException(path, "the folder holds a tokenizer already");
            var texts = call.GetValue(data) is { } source ? Read(source) : [BuiltInText.Read()];
            var tokenizer = Learn(
                () => Tokenizers.Train(
                    Enum.Parse<TokenizerKind>(tokens, ignoreCase: true), texts, call.GetValue(size), call.GetValue(cased), own));
            Directory.CreateDirectory(path);
            tokenizer.Save(path);
            Show(output, call.GetValue(json), new(
                tokens, path, tokenizer.Count, texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text)),
                texts.Sum(text => (long)tokenizer.Encode(text).Length)));
            return ExitCode.Success;
        });
        return command;
    }

    private static string[] Read(string path) => Directory.Exists(path) || DataFiles.IsArchive(path)
        ? [.. DataFiles.Open(path).Select(file => file.Read())]
        : [TextFile.Read(path)];

    private static ITokenizer Learn(Func<ITokenizer> train)
    {
        try
        {
            return train();
        }
        catch (ArgumentException exception)
        {
            throw new WrongCallException(exception.Message.Split(" (Parameter")[0]);
        }
    }

    private static void Show(CommandOutput output, bool asJson, Result result)
    {
        if (asJson)
            output.Json(result);
        else
            output.Out.WriteLine(Format.Invariant(
                $"{result.Folder}: {result.Count} tokens, {result.BytesPerToken:0.00} bytes of the text in each of its {result.Tokens}"));
    }

    private static Command Encode(CommandOutput output)
    {
        var folder = Folder();
        var tokens = new Option<bool>("--tokens") { Description = "Write tokens as the files spell them, not ids." };
        var offsets = new Option<bool>("--offsets")
        {
            Description = "Write behind each where it stands in the text, as @BEGIN-END in UTF-16 units.",
        };
        var frame = new Option<bool>("--frame")
        {
            Description = "Put special tokens around the text as encoders read it: [CLS] text [SEP].",
        };
        var pair = new Option<string?>("--pair")
        {
            Description = "A second text for each, with special tokens around both: [CLS] text [SEP] second [SEP].",
            HelpName = "TEXT",
        };
        var special = new Option<bool>("--special")
        {
            Description = $"Take the spelling of a special token, such as {EndOfText} or [MASK], for the token; else it is text.",
        };
        var json = CommonOptions.Json();
        var command = new Command("encode", "Turn texts into ids: a line for each, with blanks between the ids.")
        {
            folder, tokens, offsets, frame, pair, special, json,
        };
        var texts = new TextArguments(command, keepsEmptyLines: true);
        command.SetAction(call =>
        {
            var (path, second, recognizes) = (call.GetValue(folder)!, call.GetValue(pair), call.GetValue(special));
            var tokenizer = Tokenizers.Load(path);
            Func<string, Encoded> encode = second is not null || call.GetValue(frame)
                ? Framed(TextEncoder.Load(path), second, recognizes)
                : tokenizer is IPieceTokenizer pieces
                    ? text => new Encoded(text, pieces, pieces.EncodePieces(text, recognizes))
                    : recognizes || call.GetValue(offsets)
                        ? throw new WrongCallException("--special and --offsets are for pieces of words; this tokenizer has none.")
                        : text => new Encoded(text, tokenizer.Encode(text)).With(tokenizer);
            Write(output, call.GetValue(json), texts.Read(call).SelectMany(group => group).Select(encode), encoded =>
                string.Join(' ', encoded.Ids.Select((id, at) => (call.GetValue(tokens) ? encoded.Tokens![at] : Format.Invariant($"{id}"))
                    + (call.GetValue(offsets) ? Format.Invariant($"@{encoded.Offsets![at][0]}-{encoded.Offsets[at][1]}") : ""))));
            return ExitCode.Success;
        });
        return command;
    }

    private static Func<string, Encoded> Framed(TextEncoder encoder, string? second, bool recognizesSpecial) => text =>
    {
        var encoded = encoder.Encode(text, second, new() { RecognizesSpecial = recognizesSpecial });
        return new Encoded(text, encoded.Ids).With(encoder.Tokenizer) with
        {
            Pair = second,
            Offsets = [.. encoded.Offsets.Select(place => (int[])[place.Start, place.End])],
            Words = encoded.Words,
            Types = encoded.Types,
            Parts = encoded.Parts,
        };
    };

    private static Command Decode(CommandOutput output)
    {
        var folder = Folder();
        var skip = new Option<bool>("--skip-special") { Description = "Leave out special tokens, such as [CLS] and [SEP]." };
        var json = CommonOptions.Json();
        var command = new Command("decode", "Turn ids into text.") { folder, skip, json };
        var ids = new TextArguments(command, keepsEmptyLines: true, "IDS", "The ids of one text");
        command.SetAction(call =>
        {
            var path = call.GetValue(folder)!;
            var tokenizer = Tokenizers.Load(path);
            Func<int[], string> decode = call.GetValue(skip) && tokenizer is IPieceTokenizer pieces
                ? pieces.DecodeWithoutSpecial
                : tokenizer.Decode;
            var lines = ids.Read(call).SelectMany(group => group);
            Write(output, call.GetValue(json), (ids.AreGiven(call) ? [string.Join(' ', lines)] : lines).Select((line, index) =>
            {
                var numbers = Numbers(line, fault => ids.AreGiven(call)
                    ? new WrongCallException($"{fault}.")
                    : new DataException("standard input", Format.Invariant($"line {index + 1}: {fault}")));
                var unknown = numbers.Where(id => id >= tokenizer.Count).Select(id => (int?)id).FirstOrDefault();
                return unknown is null
                    ? new Encoded(decode(numbers), numbers)
                    : throw new DataException(path, $"there is no token {unknown}; the last one is {tokenizer.Count - 1}");
            }), decoded => decoded.Text);
            return ExitCode.Success;
        });
        return command;
    }

    private static Argument<string> Folder() => new("DIR") { Description = "The folder of a tokenizer, a run or a model." };

    private static int[] Numbers(string line, Func<string, Exception> fail) =>
        [.. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(
            word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? id
                : throw fail($"'{word}' is not an id; ids are whole numbers with blanks between them"))];

    private static void Write(CommandOutput output, bool asJson, IEnumerable<Encoded> results, Func<Encoded, string> line)
    {
        if (asJson)
        {
            output.Json(results);
            return;
        }
        foreach (var result in results)
            output.Out.WriteLine(line(result));
    }

    private sealed record Encoded(string Text, int[] Ids)
    {
        public Encoded(string text, IPieceTokenizer tokenizer, Piece[] pieces)
            : this(text, [.. pieces.Select(piece => piece.Id)])
        {
            Tokens = [.. Ids.Select(tokenizer.TokenOf)];
            Offsets = [.. pieces.Select(piece => (int[])[piece.Start, piece.End])];
            Words = [.. pieces.Select(piece => piece.Word)];
        }

        public string? Pair { get; init; }

        public string[]? Tokens { get; init; }

        public int[][]? Offsets { get; init; }

        public int[]? Words { get; init; }

        public int[]? Types { get; init; }

        public int[]? Parts { get; init; }

        public Encoded With(ITokenizer tokenizer) => this with { Tokens = [.. Ids.Select(tokenizer.TokenOf)] };
    }

    private sealed record Result(string Kind, string Folder, int Count, long Bytes, long Tokens)
    {
        public double BytesPerToken => Tokens == 0 ? 0 : (double)Bytes / Tokens;
    }
}
