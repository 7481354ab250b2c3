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
        var kind = CommonOptions.Choice("--kind", "What the tokens are: byte-pair encoding, characters, or bytes.", TokenizerKind.Bpe);
        var size = CommonOptions.Number("--vocab-size", "The most tokens of byte-pair encoding.", 8000, SmallestVocabulary);
        var special = new Option<string[]>("--special")
        {
            Description = $"Special tokens of byte-pair encoding, which get the first ids (default: {EndOfText}).",
            HelpName = "TOKEN",
            AllowMultipleArgumentsPerToken = true,
        };
        var folder = new Option<string>("--out") { Description = "The folder for its files.", HelpName = "DIR", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("train", "Learn a tokenizer from text.") { data, kind, size, special, folder, json };
        command.SetAction(call =>
        {
            var (path, tokens) = (call.GetValue(folder)!, call.GetValue(kind)!);
            var own = call.GetValue(special) is { Length: > 0 } given ? given : tokens == "bpe" ? [EndOfText] : Array.Empty<string>();
            if (Tokenizers.AreIn(path))
                throw new DataException(path, "the folder holds a tokenizer already");
            var texts = call.GetValue(data) is { } source ? Read(source) : [BuiltInText.Read()];
            var tokenizer = Learn(Enum.Parse<TokenizerKind>(tokens, ignoreCase: true), texts, call.GetValue(size), own);
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

    private static ITokenizer Learn(TokenizerKind kind, string[] texts, int size, string[] special)
    {
        try
        {
            return Tokenizers.Train(kind, texts, size, special);
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
        var special = new Option<bool>("--special")
        {
            Description = $"Take the spelling of a special token, such as {EndOfText}, for the token; else it is text.",
        };
        var json = CommonOptions.Json();
        var command = new Command("encode", "Turn texts into ids: a line for each, with blanks between the ids.")
        {
            folder, tokens, special, json,
        };
        var texts = new TextArguments(command, keepsEmptyLines: true);
        command.SetAction(call =>
        {
            var tokenizer = Tokenizers.Load(call.GetValue(folder)!);
            var recognizes = call.GetValue(special);
            Write(output, call.GetValue(json), texts.Read(call).SelectMany(group => group).Select(text =>
            {
                var ids = recognizes ? EncodeWithSpecial(tokenizer, text) : tokenizer.Encode(text);
                return new Encoded(text, ids, [.. ids.Select(tokenizer.TokenOf)]);
            }), encoded => call.GetValue(tokens) ? string.Join(' ', encoded.Tokens!) : string.Join(' ', encoded.Ids));
            return ExitCode.Success;
        });
        return command;
    }

    private static int[] EncodeWithSpecial(ITokenizer tokenizer, string text) => tokenizer is ByteLevelBpe bpe
        ? bpe.Encode(text, recognizesSpecial: true)
        : throw new WrongCallException("--special is for byte-pair encoding; this tokenizer has no special tokens.");

    private static Command Decode(CommandOutput output)
    {
        var folder = Folder();
        var json = CommonOptions.Json();
        var command = new Command("decode", "Turn ids into text.") { folder, json };
        var ids = new TextArguments(command, keepsEmptyLines: true, "IDS", "The ids of one text");
        command.SetAction(call =>
        {
            var path = call.GetValue(folder)!;
            var tokenizer = Tokenizers.Load(path);
            var lines = ids.Read(call).SelectMany(group => group);
            Write(output, call.GetValue(json), (ids.AreGiven(call) ? [string.Join(' ', lines)] : lines).Select((line, index) =>
            {
                var numbers = Numbers(line, fault => ids.AreGiven(call)
                    ? new WrongCallException($"{fault}.")
                    : new DataException("standard input", Format.Invariant($"line {index + 1}: {fault}")));
                var unknown = numbers.Where(id => id >= tokenizer.Count).Select(id => (int?)id).FirstOrDefault();
                return unknown is null
                    ? new Encoded(tokenizer.Decode(numbers), numbers)
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

    private sealed record Encoded(string Text, int[] Ids, string[]? Tokens = null);

    private sealed record Result(string Kind, string Folder, int Count, long Bytes, long Tokens)
    {
        public double BytesPerToken => Tokens == 0 ? 0 : (double)Bytes / Tokens;
    }
}
