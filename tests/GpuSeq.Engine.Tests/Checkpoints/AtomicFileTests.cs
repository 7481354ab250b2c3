using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

public class AtomicFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void A_text_replaces_the_old_one_and_nothing_else_is_left()
    {
        var path = _folder.File("config.json");
        AtomicFile.WriteText(path, "{ \"old\": \"a longer text\" }");
        AtomicFile.WriteText(path, "{ \"é\": 1 }");

        Assert.That(File.ReadAllBytes(path), Is.EqualTo("{ \"é\": 1 }"u8.ToArray()), "UTF-8, no byte order mark");
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "config.json" }));
    }

    [Test]
    public void A_write_that_throws_half_way_keeps_the_old_file_and_leaves_nothing_behind()
    {
        var path = _folder.File("state");
        AtomicFile.WriteText(path, "old");

        Assert.Throws<FormatException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new FormatException();
        }));

        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "state" }));
    }

    [Test]
    public void The_old_file_is_whole_while_the_new_one_is_being_written()
    {
        var path = _folder.File("state");
        AtomicFile.WriteText(path, "old");
        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        });
        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
    }

    [Test]
    public void What_a_killed_process_left_is_overwritten()
    {
        var path = _folder.File("state");
        File.WriteAllText(path + ".tmp", "a torn and much longer text");
        AtomicFile.WriteText(path, "new");

        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "state" }));
    }

    [Test]
    public void A_second_writer_is_refused_and_does_not_harm_the_first()
    {
        var path = _folder.File("state");
        AtomicFile.Write(path, stream =>
        {
            stream.Write("first"u8);
            var refused = Assert.Throws<CheckpointException>(() => AtomicFile.WriteText(path, "second"))!;
            Assert.That(refused.Message, Does.StartWith(path + ": cannot be written: "));
        });
        Assert.That(File.ReadAllText(path), Is.EqualTo("first"));
    }

    [Test]
    public void A_missing_folder_is_an_error_that_names_the_file()
    {
        var path = _folder.File("none/state");
        var refused = Assert.Throws<CheckpointException>(() => AtomicFile.WriteText(path, "text"))!;
        Assert.That(refused.Message, Does.StartWith(path + ": cannot be written: "));
    }

    [Test]
    public void A_folder_in_the_target_s_place_is_an_error_and_leaves_nothing_behind()
    {
        Directory.CreateDirectory(_folder.File("state"));
        Assert.Throws<CheckpointException>(() => AtomicFile.WriteText(_folder.File("state"), "text"));
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "state" }));
    }

    [Test]
    public void A_folder_is_flushed_and_one_that_is_gone_is_an_error()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Windows has nothing to flush a folder with");
        Assert.That(() => FolderFlush.Flush(_folder.Path), Throws.Nothing);
        Assert.That(() => FolderFlush.Flush(_folder.File("none")),
            Throws.InstanceOf<IOException>().With.Message.StartsWith($"the folder {_folder.File("none")} cannot be flushed: "));
    }
}
